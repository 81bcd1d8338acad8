"""The delivery came as assigned: what everybody will be charged, and the one button."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.clock import to_rome
from kit.errors import Message
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.sentences import recall
from kit.shown import Changed
from market import audiences, settlements
from market.group_orders import order_books
from market.group_orders.rules import lifecycle, standing
from people.actors import Actor
from people.roles import COORDINATOR


@get("/group-orders/{group_order_id:int}/settlement", access="signed-in")
def preview(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show what settling would charge every household and bring the producer."""
    head = order_books.head(session, actor, group_order_id)
    if "settle" not in lifecycle.acts(head.state):
        return see_other(f"/group-orders/{group_order_id}")
    return _page(request, session, actor, head)


@post(
    "/group-orders/{group_order_id:int}/settlement", access="signed-in", resent="seen", fresh=True
)
def settle(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Charge every household once, exactly as shown; else show what it is now."""
    try:
        settlements.settle(session, actor, group_order_id, actor.now, seen=form.raw("seen"))
    except Changed as changed:
        head = order_books.head(session, actor, group_order_id)
        return _page(request, session, actor, head, changed)
    told = audiences.audience(session, group_order_id, audiences.charged)
    done = Message("Consegna registrata e addebitata. {letters}", letters=told.letters_in_words())
    return see_other(f"/group-orders/{group_order_id}", done)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    head: order_books.OrderHead,
    changed: Changed | None = None,
) -> Response:
    found = settlements.preview(session, actor, head.id)
    return web.page(
        request,
        "market/settlements/preview.html",
        changed.status if changed else 200,
        head=head,
        preview=found,
        standing=standing,
        audience=found.audience,
        coordinates=actor.has(COORDINATOR, "centre", head.centre_id),
        charged=len(found.charges),
        early=to_rome(actor.now).date() < head.delivery_day,
        below=[charge for charge in found.charges if charge.after_cents < 0],
        recall=recall,
        changed=changed,
    )


HANDLERS = [preview, settle]
