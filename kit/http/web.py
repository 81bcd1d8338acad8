"""The edge to Litestar: routes with declared access, pages, redirects, downloads."""

import base64
import string
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import litestar
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response as LitestarResponse
from markupsafe import Markup

from kit import files
from kit.errors import Message, PersonError, Refused
from kit.http import hop, templates
from kit.http.attempts import Attempt
from kit.http.hop import outcome, state
from kit.http.places import PAGES, Lane
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
LANGUAGE_COOKIE = "language"
_NOTICES = ("success", "warning")
_HERE = Markup("\x00here\x00")  # no text of a person has a zero byte: forms leave it out


def get(
    path: str, *, access: str, page: bool = True, lane: Lane = PAGES, **options: Any
) -> Callable[[hop.Handler], HTTPRouteHandler]:
    """Declare a page: a GET handler that runs in a worker thread, and who may enter.

    What gives a file or a piece of a page says `page=False`: nobody is led there from a form.
    """
    return _route(litestar.get, path, access, options, page=page, lane=lane)


def post(
    path: str,
    *,
    access: str,
    resent: str,
    lane: Lane = PAGES,
    takes_files: bool = False,
    attempt: Attempt | None = None,
    fresh: bool = False,
    **options: Any,
) -> Callable[[hop.Handler], HTTPRouteHandler]:
    """Declare a change: who may enter, and what its form does when it is `resent` (RESENT).

    Its `lane` says for what it waits when many come; with `takes_files` it takes larger bodies.
    `attempt` is told of a press that came in time from a session that had ended. What is `fresh`
    is done only by whoever has proved who they are a short while ago (docs/decisions/0027).
    """
    known = {"resent": resent, "lane": lane, "takes_files": takes_files, "attempt": attempt}
    known["fresh"] = fresh
    return _route(litestar.post, path, access, {"status_code": 200, **options}, **known)


def _route(
    decorator: Any, path: str, access: str, options: dict[str, Any], **known: Any
) -> Callable[[hop.Handler], HTTPRouteHandler]:
    def declare(handler: hop.Handler) -> HTTPRouteHandler:
        hopping, asks = hop.hopping(handler)
        made = decorator(path, opt={"access": access, "asks": asks, **known}, **options)
        route: HTTPRouteHandler = made(hopping)
        return route

    return declare


def refused(request: Request, error: PersonError) -> None:
    """Say that the page answers a refusal that is remembered: nothing else is kept.

    Any other needs no word: what a page answers with a status of 400 or more is undone.
    """
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
    html = render(request, template, unsaved=status >= 400, **context)
    return html_response(request, html, status)


def page_around(
    request: Request, template: str, pieces: Iterable[bytes], /, status: int = 200, **context: Any
) -> Response:
    """Render a template with ready pieces of HTML (UTF-8) where it says `{{ pieces }}`.

    For long pages: half a megabyte is joined once, not copied through every block as text.
    """
    html = render(request, template, pieces=_HERE, unsaved=status >= 400, **context)
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
    remember_language(request, response)
    return response


def remember_language(request: Request, response: Response) -> None:
    """Let the browser know the language in which somebody signed in was last shown a page.

    It may have been chosen elsewhere, on another device or by a letter; pages that know nobody,
    as the one to sign in after the session has ended, go on speaking it.
    """
    language = text.locale.get()
    if state(request).get("actor") and request.cookies.get(LANGUAGE_COOKIE) != language:
        response.set_cookie(language_cookie(language))


def language_cookie(language: str) -> Cookie:
    """Make the cookie that keeps a language with a browser for a year; the gate reads it."""
    name = LANGUAGE_COOKIE
    return Cookie(key=name, value=language, max_age=31536000, httponly=True, samesite="lax")


def take_notice(request: Request, response: Response) -> None:
    """Take a one-time notice back, once a page has shown it."""
    if request.cookies.get(NOTICE_COOKIE) and not is_htmx(request):
        response.set_cookie(Cookie(key=NOTICE_COOKIE, value="", max_age=0, path="/"))


def page_context(request: Request) -> dict[str, Any]:
    """What every template may use besides its own values."""
    known = state(request)
    return {
        "request": request,
        # Where another language leads: here, or to the page of the form that is answered.
        "path": hop.address(request) if request.method == "GET" else page_of(request),
        "actor": known.get("actor"),
        "now": known.get("now"),
        "notice": None if is_htmx(request) else _read_notice(request),
        "csrf": known.get("csrf_token", ""),
        "whose": known.get("whose", ""),
        "request_id": known.get("request_id", ""),
    }


class Notice(NamedTuple):
    """A sentence that is shown once, on the next page; of what was done, or of what was not."""

    kind: str
    text: str


def see_other(path: str, notice: Message | None = None, *, kind: str = "success") -> Response:
    """Send the browser on (303) to a path of ours, with a sentence shown once there."""
    response = LitestarResponse(
        b"", status_code=303, media_type=MediaType.HTML, headers={"Location": path}
    )
    if notice is not None:
        said = f"{kind}\n{text.render(notice)}"
        packed = base64.urlsafe_b64encode(said.encode()).decode()
        response.set_cookie(
            Cookie(key=NOTICE_COOKIE, value=packed, max_age=60, httponly=True, samesite="lax")
        )
    return response


def _read_notice(request: Request) -> Notice | None:
    packed = request.cookies.get(NOTICE_COOKIE, "")
    if not packed or len(packed) > 3000:
        return None
    try:
        kind, _, said = base64.urlsafe_b64decode(packed.encode()).decode().partition("\n")
    except ValueError:
        return None
    return Notice(kind, said) if kind in _NOTICES else None


def local_path(candidate: str, otherwise: str = "/") -> str:
    """Accept only a path of this site as a target to go back to; other letters as %C3%A8."""
    ours = candidate.startswith("/") and not candidate.startswith(("//", "/\\"))
    if not ours or not candidate.isprintable() or len(candidate) >= 1000:
        return otherwise
    return quote(candidate, safe=string.punctuation)


def page_of(request: Request) -> str:
    """Give the page that a form stood on: a path of ours that can be looked at.

    Browsers say which one it was; where one does not, or names the form's own address (the page
    was the answer to a refused form), it is looked for from there.
    """
    said = request.headers.get("hx-current-url" if is_htmx(request) else "referer", "")
    path = state(request).get("page") or _local_part(request, said) or request.url.path
    bare, _, query = path.partition("?")
    its_own = request.method == "POST" and bare == request.url.path
    if _can_be_shown(request, bare) and not (its_own and _can_be_shown(request, f"{bare}/new")):
        return local_path(f"{bare}?{query}" if query else bare)
    return page_above(request, bare)


def stands_on(request: Request, page: str) -> None:
    """Say on which page the answered form stands, where its address says less (`?price_list=3`)."""
    state(request)["page"] = page


def page_above(request: Request, path: str) -> str:
    """Give the page on which a form that goes to an address stands.

    What makes something new has a page below (`/centres/7/top-ups/new`); any other form stands on
    the page at its address, or on the nearest above.
    """
    if _can_be_shown(request, f"{path}/new"):
        return local_path(f"{path}/new")
    while path and not _can_be_shown(request, path):
        path = path.rpartition("/")[0]
    return local_path(path or "/")


def _local_part(request: Request, url: str) -> str:
    """Path and query of an address on the host that was asked, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.netloc.lower() != request.headers.get("host", "").lower():
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def posted_to(request: Request, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what the route of a form that goes to a path declares, and what the path says."""
    found = _routed(request, path.partition("?")[0], "POST")
    return (found[1].opt, found[3]) if found else ({}, {})


def _can_be_shown(request: Request, path: str) -> bool:
    """Tell whether a page answers at a path: no file or piece, nothing that only takes forms."""
    found = _routed(request, path.rstrip("/") or "/", "GET")
    return bool(found and found[1].opt.get("page", True))


def _routed(request: Request, path: str, method: str) -> Any:
    """What the framework's router finds at a path (the handler second), None for nothing."""
    try:
        return request.app.asgi_router.handle_routing(path=path, method=method)
    except HTTPException:
        return None


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
