"""The pages of what went wrong: expected errors in their own words, bugs without internals."""

import errno
from typing import Any

import litestar
import psycopg
from litestar.enums import MediaType
from litestar.response import Response as LitestarResponse
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kit.errors import Invalid, NoRoom, NotFound, PersonError, Refused, TooBusy
from kit.http import again, hop, web
from kit.http.web import Request, Response
from kit.log import logger, named
from kit.words import text

# A full disk, a full share of it, a file larger than one may be.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def person_error(request: Request, error: PersonError, *, passes: bool = False) -> Response:
    """Show an expected error: a fragment to htmx, a page to a browser."""
    return error_page(request, error.status, error, passes=passes)


def error_page(
    request: Request, status: int, error: PersonError | None = None, *, passes: bool = False
) -> Response:
    """Render the page of a status with its sentence and, where it has one, Retry-After.

    A page that answers a form for a reason that `passes` (or whose status does) holds what was
    sent, to send it again.
    """
    message = text.render(error.message) if error is not None else None
    known = {"errors": error.errors} if isinstance(error, Invalid) else {"errors": {}}
    if web.is_htmx(request):
        wanted = ["errors/_fragment.html"]
    else:
        wanted = [f"errors/{status}.html", "errors/500.html"]
    resend = _resend(request) if passes or status in again.PASSES else None
    html = web.render(request, wanted, status=status, message=message, resend=resend, **known)
    response = LitestarResponse(html, status_code=status, media_type=MediaType.HTML)
    web.take_notice(request, response)
    retry_after = getattr(error, "retry_after_s", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _resend(request: Request) -> again.Again | None:
    if request.method != "POST" or web.is_htmx(request):
        return None
    known, content_type = hop.state(request), request.headers.get("content-type", "")
    return again.read(hop.address(request), content_type, hop.body_of(request), known.get("cut"))


def framework_error(request: Request, error: litestar.exceptions.HTTPException) -> Response:
    """Show Litestar's own refusals (404, 405, 400) in our words.

    Who looks at an address that only takes forms (a page was shown there after a refusal, and
    the language was changed, or it was loaded anew) is led to the page such a form stands on.
    """
    status = error.status_code
    if status == 405 and request.method == "GET":
        return web.see_other(web.page_above(request, request.url.path))
    if status == 404:
        return person_error(request, NotFound())
    if status >= 500:
        return unexpected_error(request, error)
    return error_page(request, status if status in (405, 413) else 400)


def database_error(request: Request, error: Exception) -> Response:
    """Waiting too long for a lock, a full pool, a stopped database or no room: come back soon."""
    if isinstance(error, DataError):
        return error_page(request, 422, Refused("Uno dei valori non è ammesso."))
    logger.warning("database_unavailable", **named(error))
    full = isinstance(getattr(error, "orig", None), psycopg.errors.DiskFull)
    return person_error(request, NoRoom() if full else TooBusy())


def file_error(request: Request, error: OSError) -> Response:
    """A file for which there is no room: nothing was saved, later there may be some."""
    if error.errno not in _NO_ROOM:
        return unexpected_error(request, error)
    logger.error("no_room", route=request.scope.get("path_template"), kind=error.errno)
    return person_error(request, NoRoom())


def same_moment(request: Request, error: IntegrityError) -> Response:
    """Two people did the same in the same moment; a constraint let one of them through."""
    logger.warning("constraint", **named(error))
    return person_error(
        request,
        Refused("Qualcun altro ha salvato la stessa cosa in questo momento. Ricarica e riprova."),
        passes=True,
    )


def press_again(request: Request, error: hop.PressAgain) -> Response:
    """Lead back to the page of a form whose session had ended; nothing was done."""
    return web.see_other(web.page_of(request), error.message, kind="warning")


def unexpected_error(request: Request, error: Exception) -> Response:
    """A bug: logged whole with its request id; the person reads no internals."""
    logger.error("unexpected_error", route=request.scope.get("path_template"), exc_info=error)
    return error_page(request, 500)


HANDLERS: dict[Any, Any] = {
    PersonError: person_error,
    hop.PressAgain: press_again,
    litestar.exceptions.HTTPException: framework_error,
    OperationalError: database_error,
    InterfaceError: database_error,
    DataError: database_error,
    IntegrityError: same_moment,
    PoolTimeout: database_error,
    OSError: file_error,
    Exception: unexpected_error,
}
