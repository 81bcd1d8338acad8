"""The trial of a ranking: begun by an act that freezes the commission, taken back by another."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.pages import rankings as desks
from calls.rankings import trial
from kit.errors import Message, Refused
from kit.http.forms import Form
from kit.http.web import Request, Response, post, see_other
from people.actors import Actor

_RANKING = "/office/calls/{call_id:int}/ranking"


@post(_RANKING + "/trial", access="signed-in", resent="seen", fresh=True)
def begin(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Try the ranking: all points come into view, commission and doubles are frozen."""
    try:
        trial.begin(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except Refused as error:
        return desks.preview_page(request, session, actor, call_id, error)
    return see_other(f"/office/calls/{call_id}/ranking")


@post(_RANKING + "/reopening", access="signed-in", resent="seen", fresh=True)
def reopen(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Take the trial back, with a reason that is published."""
    if form.errors:
        return desks.preview_page(request, session, actor, call_id, form=form)
    try:
        reason, seen = form.raw("reason"), form.raw("seen")
        trial.reopen(session, actor, call_id, reason, actor.now, seen=seen)
    except Refused as error:
        if error.field:
            form.take(error)
        return desks.preview_page(request, session, actor, call_id, error, form)
    return see_other(
        desks.address(call_id),
        Message(
            "La prova è riaperta: commissione e conflitti si possono cambiare. Quale conta delle "
            "domande doppie resta com'era alla prova."
        ),
    )


HANDLERS: list[Any] = [begin, reopen]
