"""The hours of an open order: when it closes, when it is delivered."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.orm import Session

from kit.errors import Invalid, Message
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post, see_other
from kit.shown import Changed
from market import audiences
from market.group_orders import opening, order_books
from market.group_orders.opening import Hours
from market.group_orders.rules import lifecycle, standing
from market.pages import order_form
from people.actors import Actor
from people.roles import COORDINATOR


@get("/group-orders/{group_order_id:int}/hours", access="signed-in")
def edit(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    group_order_id: FromPath[int],
) -> Response:
    """Show the hours of an order, ready to be moved."""
    head = order_books.head(session, actor, group_order_id)
    form = Form.showing(order_form.hours(head.closes_at, head.delivery_day))
    return _page(request, session, actor, group_order_id, form)


@post("/group-orders/{group_order_id:int}/hours", access="signed-in", resent="merged")
def save(
    request: Request,
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    form: NamedDependency[Form],
    group_order_id: FromPath[int],
) -> Response:
    """Move the hours of an order; households may book until the new hour."""
    order = opening.held_open(session, actor, group_order_id)
    kept = Hours(order.closes_at, order.delivery_day)
    form.meet(order_form.hours(kept.closes_at, kept.delivery_day))
    try:
        hours = order_form.read_hours(form)
        told = form.raw("told")
        moved = opening.prolong(session, actor, group_order_id, hours, actor.now, told=told)
    except (Invalid, Changed) as error:
        form.take(error)
        return _page(request, session, actor, group_order_id, form, error.status)
    if not moved:
        return see_other(
            f"/group-orders/{group_order_id}", Message("Gli orari sono quelli di prima.")
        )
    readers = audiences.with_carriers(session, group_order_id)
    done = Message("Gli orari sono cambiati. {letters}", letters=readers.letters_in_words())
    carriers = readers.carriers_in_words()
    if carriers and hours.delivery_day != kept.delivery_day:
        done = Message("{done} {carriers}", done=done, carriers=carriers)
    return see_other(f"/group-orders/{group_order_id}", done)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    group_order_id: int,
    form: Form,
    status: int = 200,
) -> Response:
    head = order_books.head(session, actor, group_order_id)
    actor.require(COORDINATOR, "centre", head.centre_id)
    if "prolong" not in lifecycle.acts(head.state):
        return see_other(f"/group-orders/{group_order_id}")
    return web.page(
        request,
        "market/group_orders/hours.html",
        status,
        head=head,
        form=form,
        standing=standing,
        audience=audiences.with_carriers(session, group_order_id),
        coordinates=True,
    )


HANDLERS = [edit, save]
