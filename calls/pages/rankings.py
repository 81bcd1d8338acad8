"""The office's board from opening to publication, and the public ranking."""

from functools import partial
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import inspections
from calls.commission import conflicts, declarations, evaluators, progress, seats, trials
from calls.commission.rules import conflicts as conflict_rules
from calls.commission.rules import lifecycle as commission_rules
from calls.envelopes import doubles, openings
from calls.envelopes.rules import opening
from calls.envelopes.rules.doubles import Decision
from calls.rankings import audiences, notices, published_rankings, rankings, trial
from calls.rankings.rules import publication, ranking_words
from calls.texts.rules import lifecycle, standing
from kit import dead_jobs, spelled
from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor, Visitor

DESK = "/office/calls/{call_id:int}/evaluation"


@get(DESK, access="signed-in")
def desk(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show the office what is done and what comes next: opening, sheets, ranking."""
    return desk_page(request, session, actor, call_id)


def desk_page(
    request: Request,
    session: Session,
    actor: Actor,
    call_id: int,
    *,
    form: Form | None = None,
    decided: Form | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> Response:
    """Answer with the desk as it is now, with what was typed and why it was refused."""
    readiness = rankings.readiness(session, actor, call_id)
    return web.page(
        request,
        "calls/rankings/desk.html",
        status if refused is None else refused.status,
        readiness=readiness,
        undone=inspections.undone(session, call_id) + _letters_undone(session, readiness),
        document=rankings.printed(session, readiness.ranking) if readiness.ranking else None,
        unreached=audiences.unreached_in_words(
            notices.unreached(session, readiness.ranking) if readiness.ranking else []
        ),
        form=form,
        decided=decided,
        refused=refused,
        told=conflicts.told(session, actor, call_id) if readiness.opened else [],
        unopened=inspections.unopened(session, call_id) if readiness.opened else [],
        tie_words=declarations.KINDS | conflict_rules.WORDS,
        double_shown=doubles.parts,
        sent_by=doubles.sent_by(session, readiness.doubts.behind),
        said=standing.of(readiness.call, actor.now, "office"),
        opens_at=lifecycle.opening_at(readiness.call.deadline_at),
        opening_shown=opening.parts(readiness.sealed, seats.parts(readiness.members)),
        commission_shown=partial(evaluators.parts, readiness.members, short=readiness.late),
        now=actor.now,
        fewest=commission_rules.FEWEST_SHEETS,
        waiting=publication.waiting(readiness.owed),
    )


def _letters_undone(session: Session, readiness: rankings.Readiness) -> list[Message]:
    ids = [readiness.ranking.id] if readiness.ranking else []
    return dead_jobs.about(session, "ranking_id", ids)


def address(call_id: int) -> str:
    """Where the desk of a call stands."""
    return f"/office/calls/{call_id}/evaluation"


@post(DESK + "/opening", access="signed-in", resent="seen", fresh=True)
def open_envelopes(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Open the envelopes: an act with a name and an instant."""
    try:
        count = openings.open_envelopes(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except Refused as error:
        return desk_page(request, session, actor, call_id, refused=error)
    return see_other(address(call_id), Message("Domande aperte: {count}.", count=count))


@post(DESK + "/conflicts", access="signed-in", resent="same", fresh=True)
def record_conflicts(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Record the ties of the commission that were found and not declared."""
    try:
        count = conflicts.record_found(session, actor, call_id, actor.now)
    except Refused as error:
        return desk_page(request, session, actor, call_id, refused=error)
    return see_other(address(call_id), Message("Conflitti registrati: {count}.", count=count))


@post(DESK + "/doubles", access="signed-in", resent="seen", fresh=True)
def decide_double(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Say which application of one tax code counts, with a reason."""
    of = form.raw("double")
    reason = form.raw(f"reason-{of}")
    kept = spelled.id_(form.raw(f"application-{of}"))
    if kept is None:
        form.add_error(f"application-{of}", Message("Scegli quale domanda deve contare."))
    decision = Decision(kept or 0, reason)
    if form.errors:
        return desk_page(request, session, actor, call_id, decided=form, status=422)
    try:
        doubles.decide(session, actor, call_id, decision, actor.now, seen=form.raw("seen"))
    except Refused as error:
        if error.field:
            form.add_error(f"{error.field}-{of}", error.message)
        return desk_page(request, session, actor, call_id, decided=form, refused=error)
    return see_other(address(call_id), Message("Deciso: resta agli atti del bando."))


@get("/office/calls/{call_id:int}/ranking", access="signed-in")
def preview(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
) -> Response:
    """Show the ranking exactly as it would be published."""
    return preview_page(request, session, actor, call_id)


def preview_page(
    request: Request,
    session: Session,
    actor: Actor,
    call_id: int,
    refused: Refused | None = None,
    form: Form | None = None,
) -> Response:
    """Answer with the trial, with what it will freeze before it, or with what it waits for."""
    found = rankings.preview(session, actor, call_id)
    owed = found.readiness.owed
    tried = found.readiness.trials.in_force is not None
    if not owed.complete and not tried and refused is None and form is None:
        return see_other(address(call_id), publication.not_yet(owed), kind="warning")
    return web.page(
        request,
        "calls/rankings/preview.html",
        refused.status if refused else 422 if form else 200,
        said=standing.of(found.readiness.call, actor.now, "office"),
        readiness=found.readiness,
        content=found.content,
        firms=found.firms,
        seen=found.parts,
        freezes=trial.parts(found.readiness),
        trial_shown=trial.trial_parts(found.readiness),
        form=form,
        refused=refused,
        waiting=publication.waiting(owed),
        audience=found.audience,
        words=ranking_words,
        fewest=commission_rules.FEWEST_SHEETS,
    )


@post("/office/calls/{call_id:int}/ranking", access="signed-in", resent="seen", fresh=True)
def publish(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    call_id: FromPath[int],
) -> Response:
    """Publish the ranking for everybody, for good, exactly as shown."""
    try:
        row = rankings.publish(session, actor, call_id, actor.now, seen=form.raw("seen"))
    except Refused as error:
        return preview_page(request, session, actor, call_id, error)
    return see_other(f"/calls/{call_id}/ranking", ranking_words.published(row.content))


@get("/calls/{call_id:int}/ranking", access="visitor")
def show(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    call_id: FromPath[int],
) -> Response:
    """Show a published ranking to everybody."""
    row = published_rankings.in_force(session, call_id)
    found = published_rankings.of_row(session, row)
    document = rankings.printed(session, row)
    return web.page(
        request,
        "calls/rankings/show.html",
        ranking=found,
        words=ranking_words,
        commission=progress.names(session, call_id),
        told=trials.of_call(session, call_id).told,
        document=document,
        files=published_rankings.offered(session, found, document),
        printed=published_rankings.PRINTED,
    )


HANDLERS: list[Any] = [
    desk,
    open_envelopes,
    record_conflicts,
    decide_double,
    preview,
    publish,
    show,
]
