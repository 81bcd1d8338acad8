"""What a browser keeps of somebody: the session, that it is known, the language."""

from datetime import timedelta

from litestar.datastructures import Cookie

from kit.http import web
from kit.http.web import Request, Response
from people import known_devices, new_devices, passkey_challenges, sign_ins
from people.pages import edge
from people.providers import answers, journeys
from people.providers.journeys import Journey

QUESTION = sign_ins.COOKIE.replace("session", "passkey")


def with_session(
    request: Request, response: Response, token: str, *, quiet: bool = False
) -> Response:
    """Let this browser in with a session's token, and be known from now on.

    Its owner is told by a letter of a browser that was not known, unless it is `quiet`.
    """
    with_renewed(response, token)
    before = edge.caller(request).device
    settled = new_devices.settle(token, before, quiet=quiet)
    response.set_cookie(_cookie(known_devices.COOKIE, settled.device, known_devices.KEPT))
    # Pages that know nobody (the sign-in itself, an absent page) speak the person's language too.
    response.set_cookie(web.language_cookie(settled.locale))
    return response


def with_renewed(response: Response, token: str) -> Response:
    """Let the browser go on in its session under a new token."""
    # It outlives the session as long as that is remembered: whoever was writing is led back.
    kept = sign_ins.LIFETIME + sign_ins.REMEMBERED
    response.set_cookie(_cookie(sign_ins.COOKIE, token, kept))
    return response


def with_question(response: Response, sealed: str) -> Response:
    """Let the browser keep the question to a passkey for as long as that may be answered."""
    response.set_cookie(_cookie(QUESTION, sealed, passkey_challenges.GOOD_FOR))
    return response


def without_session(response: Response) -> Response:
    """Let the browser forget its session; it stays known."""
    response.set_cookie(_cookie(sign_ins.COOKIE, "", timedelta(0)))
    return response


def with_answer(response: Response, sealed: str) -> Response:
    """Let what a provider said wait in this browser, sealed, until its person says what to do."""
    response.set_cookie(_cookie(answers.COOKIE, sealed, answers.GOOD_FOR))
    return response


def without_answer(response: Response) -> Response:
    """Let the browser forget what a provider said."""
    response.set_cookie(_cookie(answers.COOKIE, "", timedelta(0)))
    return response


def with_journey(response: Response, journey: Journey, spare: list[str]) -> Response:
    """Let a journey to a provider ride in this browser, and the `spare` ones go."""
    for name in spare:
        response.set_cookie(_cookie(name, "", timedelta(0)))
    response.set_cookie(_cookie(journey.cookie, journey.sealed(), journeys.LASTS))
    return response


def without_journey(response: Response, name: str) -> Response:
    """Take the cookie of a journey away: it has come back."""
    response.set_cookie(_cookie(name, "", timedelta(0)))
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
