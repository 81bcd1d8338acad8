"""The edge to Litestar: routes with declared access, pages, redirects, downloads, errors."""

import base64
import json
import string
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any
from urllib.parse import quote

import litestar
from litestar import Request as LitestarRequest
from litestar.concurrency import sync_to_thread
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response as LitestarResponse
from markupsafe import Markup
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from kit import db, files, spelled
from kit.errors import Invalid, Message, NotFound, PersonError, Refused, TooBusy
from kit.http import forms, templates
from kit.log import logger
from kit.words import text

Request = LitestarRequest[Any, Any, Any]
Response = LitestarResponse[Any]
Handler = Callable[..., Any]

ACCESS = ("public", "visitor", "signed-in")
NOTICE_COOKIE = "notice"
_HERE = Markup("\x00here\x00")  # no text of a person has a zero byte: forms leave it out


def get(path: str, *, access: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a page: a GET handler that runs in a worker thread, and who may enter."""
    return _route(litestar.get, path, access, options)


def post(path: str, *, access: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a change: a POST handler that runs in a worker thread, and who may enter."""
    return _route(litestar.post, path, access, {"status_code": 200, **options})


def _route(
    decorator: Any, path: str, access: str, options: dict[str, Any]
) -> Callable[[Handler], HTTPRouteHandler]:
    """Wrap a handler for its thread here, not by Litestar's `sync_to_thread`.

    That one wraps a handler twice when two methods share a path (2.25.0) and then answers a
    coroutine.
    """
    made = decorator(path, opt={"access": access}, **options)

    def declare(handler: Handler) -> HTTPRouteHandler:
        @wraps(handler)
        async def threaded(*args: Any, **kwargs: Any) -> Any:
            return await sync_to_thread(handler, *args, **kwargs)

        route: HTTPRouteHandler = made(threaded)
        return route

    return declare


def state(request: Request) -> dict[str, Any]:
    """What the edge knows about this request: body, actor, csrf token, request id."""
    found: dict[str, Any] = request.scope.setdefault("state", {})
    return found


def provide_session(request: Request) -> Iterator[Session]:
    """Give a handler its session (see `kit.db.request_session`)."""
    yield from db.request_session(outcome(request))


def outcome(request: Request) -> db.Outcome:
    """What the page says about the request's transaction."""
    found: db.Outcome = state(request).setdefault("outcome", db.Outcome())
    return found


def refused(request: Request, error: PersonError) -> None:
    """Say that the page answers a refusal itself: nothing is kept but what it remembers."""
    found = outcome(request)
    found.refused, found.remember = True, getattr(error, "remember", None)


def kept(request: Request) -> None:
    """Say that a page of refusals keeps what was saved beside them; called once it is rendered."""
    outcome(request).refused = False


def read_form(request: Request) -> forms.Form:
    """Parse the body once; the first ASGI layer has already read it whole."""
    known = state(request)
    if "form" not in known:
        content_type = request.headers.get("content-type", "")
        known["form"] = forms.parse(content_type, known.get("body", b""))
    form: forms.Form = known["form"]
    return form


def is_htmx(request: Request) -> bool:
    """True when htmx asks for a fragment."""
    return request.headers.get("hx-request") == "true"


def page(request: Request, template: str, /, status: int = 200, **context: Any) -> Response:
    """Render a template in this thread, with actor, notice and csrf field at hand."""
    return html_response(request, _render(request, template, **context), status)


def page_around(
    request: Request, template: str, pieces: Iterable[bytes], /, status: int = 200, **context: Any
) -> Response:
    """Render a template with ready pieces of HTML (UTF-8) where it says `{{ pieces }}`.

    For long pages: half a megabyte is joined once, not copied through every block as text.
    """
    html = _render(request, template, pieces=_HERE, **context)
    before, _, after = html.partition(_HERE)
    return html_response(request, b"".join([before.encode(), *pieces, after.encode()]), status)


def _render(request: Request, template: str | list[str], **context: Any) -> str:
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
    if request.cookies.get(NOTICE_COOKIE) and not is_htmx(request):
        response.set_cookie(Cookie(key=NOTICE_COOKIE, value="", max_age=0, path="/"))
    return response


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


def check_ids(request: Request) -> None:
    """Refuse path ids that no table can hold, as absent (before any query)."""
    for name, value in request.path_params.items():
        if name.endswith("_id") and isinstance(value, int) and not 1 <= value <= spelled.MAX_ID:
            raise NotFound


def person_error(request: Request, error: PersonError) -> Response:
    """Show an expected error: a fragment to htmx, a page to a browser."""
    return error_page(request, error.status, error)


def error_page(request: Request, status: int, error: PersonError | None = None) -> Response:
    """Render the page of a status with its sentence and, where it has one, Retry-After."""
    message = text.render(error.message) if error is not None else None
    known = {"errors": error.errors} if isinstance(error, Invalid) else {"errors": {}}
    if is_htmx(request):
        wanted = ["errors/_fragment.html"]
    else:
        wanted = [f"errors/{status}.html", "errors/500.html"]
    html = _render(request, wanted, status=status, message=message, **known)
    response = LitestarResponse(html, status_code=status, media_type=MediaType.HTML)
    retry_after = getattr(error, "retry_after_s", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def framework_error(request: Request, error: litestar.exceptions.HTTPException) -> Response:
    """Show Litestar's own refusals (404, 405, 400) in our words."""
    status = error.status_code
    if status == 404:
        return person_error(request, NotFound())
    if status >= 500:
        return unexpected_error(request, error)
    return error_page(request, status if status in (405, 413) else 400)


def database_error(request: Request, error: Exception) -> Response:
    """Waiting too long for a lock, a full pool or a stopped database: come back soon."""
    if isinstance(error, DataError):
        return error_page(request, 422, Refused("Uno dei valori non è ammesso."))
    logger.warning("database_unavailable", kind=type(error).__name__, detail=str(error)[:300])
    return person_error(request, TooBusy())


def same_moment(request: Request, error: IntegrityError) -> Response:
    """Two people did the same in the same moment; a constraint let one of them through."""
    logger.warning("constraint", detail=str(error.orig)[:300])
    return person_error(
        request,
        Refused("Qualcun altro ha salvato la stessa cosa in questo momento. Ricarica e riprova."),
    )


def unexpected_error(request: Request, error: Exception) -> Response:
    """A bug: logged whole with its request id; the person reads no internals."""
    logger.error("unexpected_error", path=request.url.path, exc_info=error)
    return error_page(request, 500)


ERROR_HANDLERS: dict[Any, Any] = {
    PersonError: person_error,
    litestar.exceptions.HTTPException: framework_error,
    OperationalError: database_error,
    InterfaceError: database_error,
    DataError: database_error,
    IntegrityError: same_moment,
    PoolTimeout: database_error,
    Exception: unexpected_error,
}


def json_attachment(value: Any, filename: str) -> Response:
    """Answer a value as a JSON file."""
    content = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return attachment(content, filename, "application/json")


def plain(content: str, status: int = 200) -> Response:
    """Answer plain text, for machines."""
    return LitestarResponse(content, status_code=status, media_type=MediaType.TEXT)


# Assets carry a hash in their names and never change.
FOREVER = CacheControlHeader(max_age=31536000, public=True, immutable=True)
