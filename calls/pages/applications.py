"""The applicant's own applications: their list, beginning one, its task list."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.pages import answers
from calls.rankings import outcomes
from kit.http import web
from kit.http.web import Request, Response, get, post, see_other
from people.actors import Actor
from people.roles import EVALUATOR


@get("/applications", access="signed-in")
def show_list(
    request: Request, session: NamedDependency[Session], actor: NamedDependency[Actor]
) -> Response:
    """List the person's own applications."""
    mine = outcomes.mine(session, actor)
    return web.page(request, "calls/applications/list.html", mine=mine, now=actor.now)


@post("/calls/{call_id:int}/applications", access="signed-in", resent="same")
def start(
    session: NamedDependency[Session], actor: NamedDependency[Actor], call_id: FromPath[int]
) -> Response:
    """Begin an application, or go on with the one already begun."""
    application = drafts.start(session, actor, call_id, actor.now)
    return see_other(f"/applications/{application.id}")


@get("/applications/{application_id:int}", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    application_id: FromPath[int],
) -> Response:
    """Show the task list; once sent, the receipt."""
    draft = drafts.own(session, actor, application_id)
    if draft.sent:
        return see_other(f"/applications/{application_id}/receipt")
    return web.page(
        request,
        "calls/applications/tasks.html",
        draft=draft,
        said=answers.said_of(draft),
        judges=actor.holds(EVALUATOR, "call", draft.call.call_id),
        now=actor.now,
    )


HANDLERS = [show_list, start, show]
