"""The centres for everybody: where they are, who coordinates, how to join."""

from collections.abc import Sequence
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.http import web
from kit.http.web import Request, Response, get
from kit.words import text
from market.bookings.listed import listed
from market.centres import centres
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Stage
from market.tables.centres import Centre
from people import grants, places, roles
from people.actors import Visitor

# The roles of a centre, as who coordinates it reads of them.
_SEEN = (roles.COORDINATOR, roles.TREASURER, roles.DRIVER)


@get("/centres", access="visitor")
def index(
    request: Request, session: NamedDependency[Session], visitor: NamedDependency[Visitor]
) -> Response:
    """List the centres by municipality, with what can be ordered there now."""
    found = centres.all_(session)
    orders = listed(session, [c.id for c in found], states=lifecycle.TAKING_BOOKINGS, most=500)
    open_ = [row for row in orders if standing.stage(row, visitor.now) is Stage.OPEN]
    return web.page(
        request,
        "market/centres/index.html",
        centres=found,
        names={c.id: _place(c.municipality) for c in found},
        orders={c.id: [row for row in open_ if row.centre_id == c.id] for c in found},
        places=places.all_(),
        communities=_communities(found),
    )


@get("/centres/{centre_id:int}", access="visitor")
def show(
    request: Request,
    session: NamedDependency[Session],
    visitor: NamedDependency[Visitor],
    centre_id: FromPath[int],
) -> Response:
    """Show one centre: where and when it hands out, who coordinates, what is open."""
    centre = centres.get(session, centre_id)
    orders = listed(session, [centre_id], states=lifecycle.TAKING_BOOKINGS)
    orders.sort(key=lambda row: standing.turn(row, visitor.now))
    actor = visitor.actor
    runs = actor is not None and actor.has(roles.COORDINATOR, "centre", centre_id)
    return web.page(
        request,
        "market/centres/show.html",
        centre=centre,
        place=_place(centre.municipality),
        points=centres.pickup_points(session, centre_id),
        coordinators=roles.holders(session, roles.COORDINATOR, "centre", centre_id),
        open=[row for row in orders if standing.stage(row, visitor.now) is Stage.OPEN],
        coming=[row for row in orders if standing.stage(row, visitor.now) is Stage.COMING],
        standing=standing,
        runs=runs,
        held=grants.in_scope(session, "centre", centre_id, _SEEN) if runs else [],
        role_names=roles.NAMES,
    )


def _communities(found: Sequence[Centre]) -> list[dict[str, Any]]:
    """Put the centres on the map: one ring for each municipality."""
    there: dict[str, list[Centre]] = {}
    for centre in found:
        there.setdefault(centre.municipality, []).append(centre)
    rings = []
    for istat_code, here in there.items():
        place = places.municipality(istat_code)
        if place is not None:
            words = text.ngettext("{n} centro", "{n} centri", len(here)).format(n=len(here))
            href = f"/centres/{here[0].id}" if len(here) == 1 else "#centres"
            rings.append(
                {"name": place.name, "lat": place.lat, "lon": place.lon, "href": href}
                | {"text": words}
            )
    return rings


def _place(istat_code: str) -> str:
    found = places.municipality(istat_code)
    return found.name if found is not None else ""


HANDLERS = [index, show]
