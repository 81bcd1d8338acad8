"""The edge to Litestar: routes with declared access, pages, redirects, downloads."""

import base64
import string
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import litestar
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response as LitestarResponse
from markupsafe import Markup

from kit import files
from kit.errors import Message, PersonError, Refused
from kit.http import hop, templates
from kit.http.hop import outcome, state
from kit.words import text

Request = hop.Request
Response = hop.Response

ACCESS = ("public", "visitor", "signed-in")
# What happens when a form is sent again, or comes from a page that is not up to date.
RESENT = {
    "merged": "it changes what is kept: only what was changed on its page (kit.shown)",
    "seen": "it cannot be undone: only if all its page showed still holds (kit.shown)",
    "keyed": "it makes something: once for each page that was opened (kit.acts)",
    "same": "done again it changes nothing, or its state refuses it",
}
NOTICE_COOKIE = "notice"
_HERE = Markup("\x00here\x00")  # no text of a person has a zero byte: forms leave it out


def get(path: str, *, access: str, **options: Any) -> Callable[[hop.Handler], HTTPRouteHandler]:
    """Declare a page: a GET handler that runs in a worker thread, and who may enter."""
    return _route(litestar.get, path, access, options)


def post(
    path: str, *, access: str, resent: str, **options: Any
) -> Callable[[hop.Handler], HTTPRouteHandler]:
    """Declare a change: who may enter, and what its form does when it is `resent` (RESENT)."""
    return _route(litestar.post, path, access, {"status_code": 200, **options}, resent=resent)


def _route(
    decorator: Any, path: str, access: str, options: dict[str, Any], **known: str
) -> Callable[[hop.Handler], HTTPRouteHandler]:
    def declare(handler: hop.Handler) -> HTTPRouteHandler:
        hopping, asks = hop.hopping(handler)
        made = decorator(path, opt={"access": access, "asks": asks, **known}, **options)
        route: HTTPRouteHandler = made(hopping)
        return route

    return declare


def refused(request: Request, error: PersonError) -> None:
    """Say that the page answers a refusal itself: nothing is kept but what it remembers."""
    found = outcome(request)
    found.refused, found.remember = True, getattr(error, "remember", None)


def kept(request: Request) -> None:
    """Say that a page of refusals keeps what was saved beside them; called once it is rendered."""
    outcome(request).refused = False


def is_htmx(request: Request) -> bool:
    """True when htmx asks for a fragment."""
    return request.headers.get("hx-request") == "true"


def page(request: Request, template: str, /, status: int = 200, **context: Any) -> Response:
    """Render a template in this thread, with actor, notice and csrf field at hand."""
    return html_response(request, render(request, template, **context), status)


def page_around(
    request: Request, template: str, pieces: Iterable[bytes], /, status: int = 200, **context: Any
) -> Response:
    """Render a template with ready pieces of HTML (UTF-8) where it says `{{ pieces }}`.

    For long pages: half a megabyte is joined once, not copied through every block as text.
    """
    html = render(request, template, pieces=_HERE, **context)
    before, _, after = html.partition(_HERE)
    return html_response(request, b"".join([before.encode(), *pieces, after.encode()]), status)


def render(request: Request, template: str | list[str], **context: Any) -> str:
    """Render a template (the first of a list that is there) with what every page may use."""
    shared = page_context(request)
    token = templates.current.set(shared)
    try:
        return templates.render(template, **{**shared, **context})
    finally:
        templates.current.reset(token)


def html_response(request: Request, html: str | bytes, status: int = 200) -> Response:
    """Answer ready HTML; a one-time notice that was shown is taken back.

    With a status of 400 or more the request's transaction is rolled back: what a page
    refuses leaves no trace, however far the use case had come (unless it says `kept`).
    """
    if status >= 400:
        outcome(request).refused = True
    response = LitestarResponse(html, status_code=status, media_type=MediaType.HTML)
    take_notice(request, response)
    return response


def take_notice(request: Request, response: Response) -> None:
    """Take a one-time notice back, once a page has shown it."""
    if request.cookies.get(NOTICE_COOKIE) and not is_htmx(request):
        response.set_cookie(Cookie(key=NOTICE_COOKIE, value="", max_age=0, path="/"))


def page_context(request: Request) -> dict[str, Any]:
    """What every template may use besides its own values."""
    known = state(request)
    return {
        "request": request,
        "path": request.url.path,
        "actor": known.get("actor"),
        "now": known.get("now"),
        "notice": None if is_htmx(request) else _read_notice(request),
        "csrf": known.get("csrf_token", ""),
        "request_id": known.get("request_id", ""),
    }


def see_other(path: str, notice: Message | None = None) -> Response:
    """Send the browser on (303) to a path of ours, with a sentence shown once there."""
    response = LitestarResponse(
        b"", status_code=303, media_type=MediaType.HTML, headers={"Location": path}
    )
    if notice is not None:
        packed = base64.urlsafe_b64encode(text.render(notice).encode()).decode()
        response.set_cookie(
            Cookie(key=NOTICE_COOKIE, value=packed, max_age=60, httponly=True, samesite="lax")
        )
    return response


def _read_notice(request: Request) -> str | None:
    packed = request.cookies.get(NOTICE_COOKIE, "")
    if not packed or len(packed) > 3000:
        return None
    try:
        return base64.urlsafe_b64decode(packed.encode()).decode()
    except ValueError:
        return None


def local_path(candidate: str, otherwise: str = "/") -> str:
    """Accept only a path of this site as a target to go back to; other letters as %C3%A8."""
    ours = candidate.startswith("/") and not candidate.startswith(("//", "/\\"))
    if not ours or not candidate.isprintable() or len(candidate) >= 1000:
        return otherwise
    return quote(candidate, safe=string.punctuation)


def attachment(content: bytes, filename: str, media_type: str) -> Response:
    """Answer a file to keep, never to be run in our pages."""
    return LitestarResponse(
        content,
        media_type=media_type.partition(";")[0],  # the framework names the charset of a text
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def download(document: Any) -> Response:
    """Answer a made document; Refused in words while it is not ready or cannot be made."""
    if document.state == "failed":
        raise Refused(document.error)
    if document.state != "ready":
        raise Refused("Il documento non è ancora pronto. Riprova tra qualche secondo.")
    return attachment(files.get(document.sha256), document.filename, document.media_type)


def plain(content: str, status: int = 200) -> Response:
    """Answer plain text, for machines."""
    return LitestarResponse(content, status_code=status, media_type=MediaType.TEXT)


# Assets carry a hash in their names and never change.
FOREVER = CacheControlHeader(max_age=31536000, public=True, immutable=True)
