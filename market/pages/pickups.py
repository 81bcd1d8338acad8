"""Pick-ups: what I fetch, where and when; what a centre hands out on a day."""

from datetime import date

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from kit.errors import NotFound
from kit.http import web
from kit.http.web import Request, Response, get
from market import pickups
from market.centres import centres, households
from market.group_orders.rules import standing
from market.pages.addresses import an_id
from people.actors import Actor
from people.roles import COORDINATOR, DRIVER, MEMBER, TREASURER


@get("/pickups", access="signed-in")
def index(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    household: FromQuery[str] = "",
) -> Response:
    """Show a member what to fetch, for all households or for one; a helper the centre's days."""
    wanted, own = an_id(household), actor.scopes(MEMBER, "household")
    if wanted is not None and wanted not in own:
        raise NotFound
    mine = pickups.of_member(session, actor, actor.now)
    return web.page(
        request,
        "market/pickups/index.html",
        mine=[pickup for pickup in mine if wanted in (None, pickup.order.household_id)],
        families=households.of_member(session, actor) if len(own) > 1 else [],
        household_id=wanted or 0,
        days=pickups.days(session, actor, actor.now),
        standing=standing,
        member=bool(actor.scopes(MEMBER, "household")),
        works=any(actor.scopes(role, "centre") for role in (COORDINATOR, TREASURER, DRIVER)),
    )


@get("/centres/{centre_id:int}/pickups/{day:str}", access="signed-in")
def show_day(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    centre_id: FromPath[int],
    day: FromPath[str],
    by: FromQuery[str] = "household",
) -> Response:
    """Show whoever works in a centre the parcels of a day, by household or by product."""
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    found = pickups.day(session, actor, centre_id, when)
    if not found.orders:
        raise NotFound
    return web.page(
        request,
        "market/pickups/day.html",
        centre=centres.get(session, centre_id),
        day=when,
        orders=found.orders,
        places=found.places,
        standing=standing,
        by="product" if by == "product" else "household",
    )


HANDLERS = [index, show_day]
