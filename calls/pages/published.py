"""What everybody may read: the list of calls, one call, its text as PDF and JSON."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.commission import applicants
from calls.rankings import outcomes
from calls.texts import drafts as call_drafts
from calls.texts import published
from calls.texts.rules import call_words, standing
from calls.texts.rules.standing import CallStage
from kit.errors import NotFound
from kit.http import web
from kit.http.web import Request, Response, get
from people import roles
from people.actors import Visitor


@get("/calls", access="visitor")
def show_list(
    request: Request, session: NamedDependency[Session], visitor: NamedDependency[Visitor]
) -> Response:
    """List the calls by where they stand: open, awaited, past."""
    calls = [
        (call, standing.of(call, visitor.now, "visitor")) for call in published.listed(session)
    ]
    open_ = [pair for pair in calls if pair[1].stage is CallStage.OPEN]
    awaited = [pair for pair in calls if pair[1].stage is CallStage.AWAITED]
    return web.page(
        request,
        "calls/published/list.html",
        open=sorted(open_, key=lambda pair: pair[0].deadline_at),
        awaited=sorted(awaited, key=lambda pair: pair[0].opens_at),
        past=[pair for pair in calls if pair[1].stage in standing.PAST],
        mine=outcomes.mine(session, visitor.actor) if visitor.actor else [],
        now=visitor.now,
    )


@get("/calls/{call_id:int}", access="visitor")
def show(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    call_id: FromPath[int],
) -> Response:
    """Show a call: in brief, its text with anchors, who may apply, the grid."""
    call = published.of_call(session, call_id)
    own = outcomes.mine(session, visitor.actor) if visitor.actor else []
    printed = call_drafts.printed(session, call.version_id)
    return web.page(
        request,
        "calls/published/call.html",
        call=call,
        content=call.content,
        words=call_words,
        said=standing.of(call, visitor.now, "visitor"),
        mine=next((one for one in own if one.call.call_id == call_id), None),
        judges=bool(visitor.actor and visitor.actor.holds(roles.EVALUATOR, "call", call_id)),
        may_not_apply=applicants.may_not_apply(visitor.actor, call_id) if visitor.actor else None,
        text_ready=printed is not None and printed.state == "ready",
        now=visitor.now,
    )


@get("/calls/{call_id:int}/text", access="visitor", page=False)
def download_text(
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    call_id: FromPath[int],
) -> Response:
    """Give the printed text of the version in force."""
    document = call_drafts.printed(session, published.of_call(session, call_id).version_id)
    if document is None:
        raise NotFound
    return web.download(document)


@get("/calls/{call_id:int}/content", access="visitor", page=False)
def download_content(
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    call_id: FromPath[int],
) -> Response:
    """Give the canonical JSON of the version in force, byte for byte as it was hashed."""
    call = published.of_call(session, call_id)
    content = published.plain(session, call.version_id)
    name = f"bando-{call_id}-versione-{call.number}.json"
    return web.attachment(content, name, "application/json")


HANDLERS = [show_list, show, download_text, download_content]
