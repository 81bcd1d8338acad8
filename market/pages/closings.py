"""Closing an order: what is still wrong, the dry run, the one button."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from market.closings import closings, dry_runs
from market.group_orders import order_books
from market.group_orders.rules import lifecycle, standing
from people.actors import Actor
from people.roles import COORDINATOR


@get("/group-orders/{group_order_id:int}/closing", access="signed-in")
def rehearse(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show what closing now would give every household."""
    head = order_books.head(session, actor, group_order_id)
    actor.require(COORDINATOR, "centre", head.centre_id)
    if "close" not in lifecycle.acts(head.state):
        return see_other(f"/group-orders/{group_order_id}")
    return _page(request, session, actor, head)


@post("/group-orders/{group_order_id:int}/closing", access="signed-in", resent="seen", fresh=True)
def close(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Close exactly as shown; when bookings changed meanwhile, show the new result."""
    token, seen = form.raw("token"), form.raw("seen")
    try:
        result = closings.close(session, actor, group_order_id, token, actor.now, seen=seen)
    except Refused as refused:
        head = order_books.head(session, actor, group_order_id)
        if "close" not in lifecycle.acts(head.state):
            raise
        return _page(request, session, actor, head, refused)
    letters = result.audience.letters_in_words()
    if result.ordered:
        done = Message(
            "Ordine chiuso. {letters} I documenti sono in preparazione.", letters=letters
        )
    else:
        done = Message("Ordine chiuso senza ordinare niente. {letters}", letters=letters)
    return see_other(f"/group-orders/{group_order_id}", done)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    head: order_books.OrderHead,
    refused: Refused | None = None,
) -> Response:
    found = dry_runs.rehearse(session, actor, head.id, actor.now)
    return web.page(
        request,
        "market/closings/rehearse.html",
        refused.status if refused else 200,
        head=head,
        issues=found.issues,
        result=found.result,
        standing=standing,
        audience=found.result.audience,
        coordinates=True,
        changed=[household for household in found.result.households if household.changes],
        refused=refused.message if refused else None,
    )


HANDLERS = [rehearse, close]
