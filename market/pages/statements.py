"""A member's account: what is there, what is held, what can still be booked, every line."""

from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.orm import Session

from kit.errors import NotFound
from kit.http import web
from kit.http.web import Request, Response, get
from ledger import statements
from market.centres import commitments, households, purses
from market.group_orders.rules import standing
from market.pages.addresses import a_position, an_id, position
from people.actors import Actor


@get("/statement", access="signed-in")
def show(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    household: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response:
    """Show the account of the person's household: one of them where there are several."""
    mine = households.of_member(session, actor)
    wanted = an_id(household)
    found = next((h for h in mine if wanted in (None, h.id)), None)
    if found is None:
        raise NotFound
    lines = statements.of(session, found.account_id, before=a_position(before))
    older = position(lines[-1].position) if len(lines) == statements.PAGE else ""
    return web.page(
        request,
        "market/statements/show.html",
        purse=purses.get(session, found.id),
        commitments=commitments.of_household(session, found.id),
        standing=standing,
        households=mine,
        lines=lines,
        older=older,
        first=not before,
    )


HANDLERS = [show]
