"""What everybody may read: the list of calls, one call, its text as PDF and JSON."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from calls.applications import drafts as applications
from calls.applications.rules import lifecycle as application_lifecycle
from calls.rankings import rankings
from calls.texts import drafts as call_drafts
from calls.texts import published
from calls.texts.rules import call_words, lifecycle
from kit.errors import NotFound
from kit.http import web
from kit.http.web import Request, Response, get
from people.actors import Visitor


@get("/calls", access="visitor")
def show_list(
    request: Request, session: NamedDependency[Session], visitor: NamedDependency[Visitor]
) -> Response:
    """List the calls by where they stand: open, awaited, closed."""
    groups: dict[str, list[published.Published]] = {
        stage: [] for stage in (lifecycle.OPEN, lifecycle.AWAITED, lifecycle.CLOSED)
    }
    for call in published.listed(session):
        groups[lifecycle.stage(visitor.now, call.opens_at, call.deadline_at)].append(call)
    groups[lifecycle.OPEN].sort(key=lambda call: call.deadline_at)
    groups[lifecycle.AWAITED].sort(key=lambda call: call.opens_at)
    mine = applications.mine(session, visitor.actor) if visitor.actor else []
    return web.page(request, "calls/published/list.html", groups=groups, mine=mine, now=visitor.now)


@get("/calls/{call_id:int}", access="visitor")
def show(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    call_id: FromPath[int],
) -> Response:
    """Show a call: in brief, its text with anchors, who may apply, the grid."""
    call = published.of_call(session, call_id)
    mine = None
    if visitor.actor is not None:
        mine = applications.find(session, visitor.actor, call_id)
    printed = call_drafts.printed(session, call.version_id)
    return web.page(
        request,
        "calls/published/call.html",
        call=call,
        content=call.content,
        words=call_words,
        stage=lifecycle.stage(visitor.now, call.opens_at, call.deadline_at),
        mine=mine,
        mine_sent=mine is not None and application_lifecycle.is_sent(mine.state),
        ranked=rankings.latest_ranking(session, call_id) is not None,
        text_ready=printed is not None and printed.state == "ready",
        now=visitor.now,
    )


@get("/calls/{call_id:int}/text", access="visitor")
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


@get("/calls/{call_id:int}/content", access="visitor")
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
