"""Where an evaluator begins: the calls of their commissions, the applications of one."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from calls.commission import evaluators, progress
from calls.pages import queue_rows
from calls.score_sheets import queue as queues
from calls.texts import published
from calls.texts.rules import standing
from kit.http import web
from kit.http.web import Request, Response, get
from people.actors import Actor


@get("/evaluations", access="signed-in")
def index(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """Show the calls whose commission the person sits on."""
    versions = {call.call_id: call for call in published.listed(session)}
    calls = [
        (call, standing.of(versions.get(call.id), actor.now, "evaluator"))
        for call in evaluators.my_calls(session, actor)
    ]
    return web.page(request, "calls/queue/index.html", calls=calls)


@get("/calls/{call_id:int}/evaluations", access="signed-in")
def queue(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    call_id: FromPath[int],
    after: FromQuery[str] = "",
) -> Response:
    """Show an evaluator's applications of a call, 250 at a time, with own marks only."""
    rows = queues.queue(session, actor, call_id, after[:40])
    call = published.of_call(session, call_id)
    own = progress.of_evaluator(session, actor, call_id)
    return web.page(
        request,
        "calls/queue/list.html",
        call=call,
        said=standing.of(call, actor.now, "evaluator"),
        columns=queue_rows.columns(),
        rows=queue_rows.html(rows, call.content.criteria, call_id),
        more=rows[-1].code if len(rows) == queues.PAGE else "",
        progress=own,
        may_renounce=not own.judged and call.ranked_at is None,
    )


HANDLERS: list[Any] = [index, queue]
