"""What a browser keeps of somebody: the session, that it is known, the language."""

from datetime import timedelta

from litestar.datastructures import Cookie

from kit.http import web
from kit.http.web import Request, Response
from people import known_devices, new_devices, sign_ins
from people.pages import edge


def with_session(
    request: Request, response: Response, token: str, *, quiet: bool = False
) -> Response:
    """Let this browser in with a session's token, and be known from now on.

    Its owner is told by a letter of a browser that was not known, unless it is `quiet`.
    """
    # It outlives the session as long as that is remembered: whoever was writing is led back.
    kept = sign_ins.LIFETIME + sign_ins.REMEMBERED
    response.set_cookie(_cookie(sign_ins.COOKIE, token, kept))
    before = edge.caller(request).device
    settled = new_devices.settle(token, before, quiet=quiet)
    response.set_cookie(_cookie(known_devices.COOKIE, settled.device, known_devices.KEPT))
    # Pages that know nobody (the sign-in itself, an absent page) speak the person's language too.
    response.set_cookie(web.language_cookie(settled.locale))
    return response


def without_session(response: Response) -> Response:
    """Let the browser forget its session; it stays known."""
    response.set_cookie(_cookie(sign_ins.COOKIE, "", timedelta(0)))
    return response


def _cookie(name: str, value: str, kept: timedelta) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=int(kept.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=name.startswith("__Host-"),
    )
