"""One hop: what a handler asks for, the handler, its page and the commit, in one worker thread."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from time import monotonic
from typing import Any

from litestar import Request as LitestarRequest
from litestar.di import Dependency
from litestar.response import Response as LitestarResponse
from sqlalchemy.orm import Session

from kit import db, log, spelled
from kit.errors import Message, NotFound, PersonError, Refused, TooLarge
from kit.http import bodies, carried, forms

Request = LitestarRequest[Any, Any, Any]
Response = LitestarResponse[Any]
Handler = Callable[..., Response]
Provider = Callable[[Request, Session], Any]

_OURS = ("session", "form")
_PRESS_AGAIN = Message(
    "Nel frattempo eri uscito e sei rientrato: non abbiamo fatto niente. "
    "Guarda com'è adesso e premi di nuovo."
)
_providers: dict[str, Provider] = {}


class PressAgain(PersonError):
    """Nothing was done, and the form has no page of its own: back to the page it stood on."""

    status = 303

    def __init__(self, message: Message = _PRESS_AGAIN) -> None:
        super().__init__(message)


def provide(name: str, provider: Provider) -> None:
    """Offer a value to every handler that names it as a `NamedDependency`.

    It is looked up in the request's own transaction, before the form is read.
    """
    _providers[name] = provider


@dataclass(frozen=True, slots=True)
class Asks:
    """What a handler asks for by name, besides what stands in the address."""

    request: bool
    session: bool
    form: bool
    provided: tuple[str, ...]

    def lacking(self) -> list[str]:
        """The names nobody provides."""
        return [name for name in self.provided if name not in _providers]


def hopping(handler: Handler) -> tuple[Callable[..., Any], Asks]:
    """Wrap a handler for its thread; give it as the framework sees it, and what it asks for.

    The framework is shown the request and what it reads from the address (path and query),
    and nothing it would have to look up: see docs/decisions/0011.
    """
    parameters = inspect.signature(handler, eval_str=True).parameters
    named = [name for name, found in parameters.items() if _is_dependency(found.annotation)]
    asks = Asks(
        request="request" in parameters,
        session="session" in named,
        form="form" in named,
        provided=tuple(name for name in named if name not in _OURS),
    )

    @wraps(handler)
    async def hop(request: Request, **values: Any) -> Response:
        return await asyncio.to_thread(_serve, handler, asks, request, values)

    shown = {"request": inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY)}
    shown["request"] = shown["request"].replace(annotation=Request)
    for name, found in parameters.items():
        if name not in named and name != "request":
            shown[name] = found.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    hop.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        list(shown.values()), return_annotation=Response
    )
    hop.__annotations__ = {name: found.annotation for name, found in shown.items()}
    hop.__annotations__["return"] = Response
    return hop, asks


def _is_dependency(annotation: Any) -> bool:
    return any(isinstance(each, Dependency) for each in getattr(annotation, "__metadata__", ()))


def _serve(handler: Handler, asks: Asks, request: Request, values: dict[str, Any]) -> Response:
    """Answer one request, whatever happens in it.

    The session is rolled back and its connection given back before an error is answered.
    """
    try:
        check_ids(request)
        _check_size(asks, request)
        if not (asks.session or asks.provided):
            return handler(**_given(asks, request, None, values))
        with db.request_session(outcome(request)) as session:
            given = _given(asks, request, session, values)
            if state(request).get("again") is None:
                return handler(**given)
            return _undone(handler, given, request)
    except Exception as error:  # noqa: BLE001 - the application's edge: each kind has its page
        return _answer(request, error)
    finally:
        _write_afterwards(request)


def _write_afterwards(request: Request) -> None:
    """Write what stands beside the request's own work; where that fails, nobody waits for it."""
    write = outcome(request).afterwards
    if write is None:
        return
    try:
        with db.transaction() as session:
            write(session)
    except Exception as error:  # noqa: BLE001 - the request is answered: nothing may undo that
        log.logger.warning("not_written_afterwards", exc_info=error)


def _given(
    asks: Asks, request: Request, session: Session | None, values: dict[str, Any]
) -> dict[str, Any]:
    """Fill in what the handler asks for: who acts comes first, the form afterwards."""
    if asks.request:
        values["request"] = request
    if session is not None:
        for name in asks.provided:
            values[name] = _providers[name](request, session)
        if asks.session:
            values["session"] = session
    if asks.form:
        values["form"] = _form(request)
    elif request.method == "POST" and asks.provided and _form(request).resumed:
        raise PressAgain  # a button: there is nothing to show again
    return values


def _check_size(asks: Asks, request: Request) -> None:
    """Let a body that was too large pass only to a handler that shows its form again."""
    cut = state(request).get("cut")
    if cut is not None and not (asks.form and forms.is_multipart(_content_type(request))):
        raise TooLarge


def _form(request: Request) -> forms.Form:
    """Give the form as it was sent, or as it was typed before its session ended.

    A form that is only to be shown again, and has nothing to show, is not handed on at all.
    """
    form, known = read_form(request), state(request)
    sealed = form.values.get(carried.RESUMED)
    if sealed is not None and known.get("person_id") is not None:
        found = carried.unpack(sealed, person_id=known["person_id"], now=known["now"])
        if found.path != address(request):
            raise carried.NotCarried(carried.FOREIGN)
        known.update(again=_PRESS_AGAIN, page=found.page)
        form.resume(found.fields)
    elif known.get("again") is not None and known.get("cut") is None:
        form.resume()
    if form.resumed and not carried.is_typed(form):
        raise PressAgain
    return form


def _undone(handler: Handler, given: dict[str, Any], request: Request) -> Response:
    """Run a handler whose form is only to be shown again: nothing of what it does is kept.

    Nor is it ever told as done: an answer that is no refusal leads back to the form's page.
    """
    try:
        answer = handler(**given)
    except Refused as error:
        error.remember = None
        raise
    said = outcome(request)
    said.refused, said.remember = True, None
    if (answer.status_code or 200) < 400:
        raise PressAgain(state(request)["again"])
    return answer


def show_again(request: Request) -> None:
    """Let this form be shown again, filled, and nothing of it be done."""
    state(request).setdefault("again", _PRESS_AGAIN)


def address(request: Request) -> str:
    """The path and query that a request asked for."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _answer(request: Request, error: Exception) -> Response:
    """Answer an error by the most exact of the application's `exception_handlers`."""
    handlers: Mapping[Any, Any] = request.app.exception_handlers
    for kind in type(error).__mro__:
        if kind in handlers:
            answer: Response = handlers[kind](request, error)
            return answer
    raise error


def state(request: Request) -> dict[str, Any]:
    """What the edge knows about this request: body, actor, csrf token, request id."""
    found: dict[str, Any] = request.scope.setdefault("state", {})
    return found


def since_whole(request: Request) -> timedelta:
    """How long ago the request's last byte came in; nothing where it never passed the gate."""
    whole_at = state(request).get("whole_at")
    return timedelta(0) if whole_at is None else timedelta(seconds=monotonic() - whole_at)


def received_at(request: Request) -> datetime:
    """When the last byte of a request came in, by the database's clock.

    That clock is read with the statement that finds who acts, after a place in service, a thread
    and a connection were waited for: the wait, by the process's own steady clock, is taken off.
    What the statement itself takes goes with it, in favour of whoever sends. There is one for
    every request of somebody signed in.
    """
    found: datetime = state(request)["received_at"]
    return found


def outcome(request: Request) -> db.Outcome:
    """What the page says about the request's transaction."""
    found: db.Outcome = state(request).setdefault("outcome", db.Outcome())
    return found


def read_form(request: Request) -> forms.Form:
    """Parse the body once; the first ASGI layer has already read it whole."""
    known = state(request)
    if "form" not in known:
        known["form"] = _parsed(request)
    form: forms.Form = known["form"]
    return form


def _parsed(request: Request) -> forms.Form:
    known, content_type = state(request), _content_type(request)
    cut = known.get("cut")
    if cut is None:
        form = forms.parse(content_type, body_of(request))
        form.address = request.url.path
        return form
    form = forms.parse_cut(content_type, cut.head, cut.tail, most=cut.most)
    form.address = request.url.path
    known["again"] = next(iter(form.errors.values()))
    return form


def body_of(request: Request) -> bytes:
    """What the request brought, nothing where the gate kept only the ends of it."""
    kept: bodies.Body | None = state(request).get("body")
    return b"" if kept is None else kept.content()


def _content_type(request: Request) -> str:
    found: str = request.headers.get("content-type", "")
    return found


def check_ids(request: Request) -> None:
    """Refuse ids and positions that nothing can have, as absent (before any query)."""
    for value in request.path_params.values():
        if isinstance(value, int) and not 1 <= value <= spelled.MAX_ID:
            raise NotFound
