"""Who comes to a commission and who leaves it: appointed, dismissed, or renouncing."""

from functools import partial
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.commission import dismissals, evaluators, notices, progress, shortages
from calls.commission.rules import lifecycle
from calls.pages import rankings as desks
from calls.rankings import rankings
from calls.texts import published
from calls.texts.rules import standing
from kit.errors import Message, NotFound, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor

_DISMISSAL = desks.DESK + "/evaluators/{person_id:int}/dismissal"
_RENUNCIATION = "/calls/{call_id:int}/evaluations/renunciation"


@post(desks.DESK + "/evaluators", access="signed-in", resent="seen", fresh=True)
def appoint(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Put a registered person on the commission; after a trial with a reason."""
    email = form.email("email")
    if form.errors:
        return desks.desk_page(request, session, actor, call_id, form=form, status=422)
    try:
        reason, seen = form.raw("reason"), form.raw("seen")
        person = evaluators.appoint(
            session, actor, call_id, email, actor.now, reason=reason, seen=seen
        )
    except Refused as error:
        if error.field:
            form.take(error)
        return desks.desk_page(request, session, actor, call_id, form=form, refused=error)
    return see_other(
        desks.address(call_id),
        Message("{name} è nella commissione, e riceve una lettera.", name=person.name),
    )


@get(_DISMISSAL, access="signed-in")
def dismissal(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    person_id: FromPath[int],
) -> Response:
    """Show what taking a person off the commission does."""
    return _dismissal(request, session, actor, (call_id, person_id))


def _dismissal(
    request: Request,
    session: Session,
    actor: Actor,
    whom: tuple[int, int],
    *,
    refused: Refused | None = None,
    form: Form | None = None,
) -> Response:
    call_id, person_id = whom
    found = rankings.readiness(session, actor, call_id)
    member = next((one for one in found.members if one.person_id == person_id), None)
    if member is None:
        if refused is None:
            raise NotFound
        return desks.desk_page(request, session, actor, call_id, refused=refused)
    keep = found.call.content.sheets_of_dismissed == "count"
    return web.page(
        request,
        "calls/rankings/dismissal.html",
        refused.status if refused else 422 if form else 200,
        readiness=found,
        said=standing.of(found.call, actor.now, "office"),
        member=member,
        keep=keep,
        codes=dismissals.codes_of(found.doubts.sheets, person_id),
        falling=[
            one.code
            for one in found.doubts.ranked(
                shortages.of_call(session, call_id, without=person_id, keep=keep)
            )
        ],
        fewest=lifecycle.FEWEST_SHEETS,
        shown=partial(evaluators.parts, found.members),
        refused=refused,
        form=form,
    )


@post(_DISMISSAL, access="signed-in", resent="seen", fresh=True)
def dismiss(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    *,
    form: NamedDependency[Form],
    call_id: FromPath[int],
    person_id: FromPath[int],
) -> Response:
    """Take a person off the commission, with a reason they read."""
    if form.errors:
        return _dismissal(request, session, actor, (call_id, person_id), form=form)
    try:
        reason, seen = form.raw("reason"), form.raw("seen")
        gone = evaluators.dismiss(
            session, actor, call_id, person_id, actor.now, reason=reason, seen=seen
        )
    except Refused as error:
        if error.field:
            form.take(error)
        return _dismissal(request, session, actor, (call_id, person_id), refused=error, form=form)
    return see_other(
        desks.address(call_id),
        Message("{name} non è più nella commissione, e riceve una lettera.", name=gone.name),
    )


@get(_RENUNCIATION, access="signed-in")
def renunciation(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show an evaluator what giving up their place does."""
    return _renunciation(request, session, actor, call_id)


def _renunciation(
    request: Request,
    session: Session,
    actor: Actor,
    call_id: int,
    refused: Refused | None = None,
) -> Response:
    own = progress.of_evaluator(session, actor, call_id)
    sent = dismissals.has_sent(session, call_id, actor.person_id)
    call = published.of_call(session, call_id)
    if refused is None:
        try:
            lifecycle.check_may_renounce(sent=sent)
        except Refused as error:
            refused = error
    return web.page(
        request,
        "calls/queue/renunciation.html",
        200 if refused is None else refused.status,
        call=call,
        progress=own,
        may=not sent and call.ranked_at is None,
        before_deadline=actor.now <= call.deadline_at,
        action=notices.address(call_id),
        shown=evaluators.own_parts(call_id),
        refused=refused,
    )


@post(_RENUNCIATION, access="signed-in", resent="seen", fresh=True)
def renounce(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Give up one's own place on a commission."""
    try:
        evaluators.renounce(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except Refused as error:
        return _renunciation(request, session, actor, call_id, error)
    return see_other(
        f"/calls/{call_id}",
        Message("Hai rinunciato: non sei più nella commissione. L'ufficio lo sa."),
    )


HANDLERS: list[Any] = [appoint, dismissal, dismiss, renunciation, renounce]
