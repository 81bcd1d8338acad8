"""Opening a group order on a price list, and cancelling one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, insert, literal, select
from sqlalchemy.orm import Session

from kit import audit, jobs, shown
from kit.clock import to_rome
from kit.db import lock_shared
from kit.errors import Invalid, Message, NotFound, Refused
from kit.sentences import counted
from market import audiences
from market.catalogue import price_lists
from market.centres import commitments
from market.group_orders import cancelling, progress
from market.group_orders.orders import change, held
from market.group_orders.rules import lifecycle, opening
from market.tables.catalogue import PriceList, Product
from market.tables.centres import PickupPoint
from market.tables.orders import GroupOrder, Offer
from market.tables.terms import TERMS
from people.actors import Actor
from people.roles import COORDINATOR


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a coordinator promises when a group order is opened.

    `whole_cases` names the products sold in full cases only; None leaves what the price
    list says. Amounts in cents.
    """

    price_list_id: int
    pickup_point_id: int
    title: str
    opens_at: datetime
    closes_at: datetime
    delivery_day: date
    minimum_cents: int = 0
    transport_cents: int = 0
    transport_by: str = "value"
    note: str = ""
    whole_cases: Collection[int] | None = None


def open_(session: Session, actor: Actor, new: NewOrder, now: datetime) -> int:
    """Open a group order on a price list and return its id; for coordinators of its centre.

    Prices and terms of the orderable products are frozen into offers. Raises Invalid for
    instants or amounts that cannot be, Refused when nothing is orderable, the producer has less
    of a product than a case, or the transport cannot be split as asked, NotFound for a list or
    pick-up point of somebody else.
    """
    # A list never moves to another centre: who may not use it does not hold it either.
    price_list = price_lists.get(session, new.price_list_id)
    actor.require(COORDINATOR, "centre", price_list.centre_id)
    lock_shared(session, "price_list", price_list.id)
    session.refresh(price_list)
    point = session.get(PickupPoint, new.pickup_point_id)
    if point is None or point.centre_id != price_list.centre_id:
        raise NotFound
    _check(new, now)
    order = _row(new, price_list, actor, now)
    session.add(order)
    session.flush()
    _freeze(session, order, new)
    _record(
        session,
        actor,
        "opened",
        order.id,
        now,
        price_list_id=price_list.id,
        closes_at=new.closes_at.isoformat(),
        transport=[new.transport_cents, new.transport_by],
        minimum_cents=new.minimum_cents,
    )
    return order.id


def cancel(
    session: Session,
    actor: Actor,
    group_order_id: int,
    reason: str,
    now: datetime,
    *,
    seen: str | None = None,
) -> None:
    """Cancel an order that is not settled: commitments are released, households are told.

    For coordinators. `seen` is what the page had shown (`Cancelling.parts`, packed), None where
    there was none. Raises Changed where that is no longer true, Refused for a settled or
    cancelled order, NotFound.
    """
    order = held(session, actor, group_order_id, "cancel")
    state = lifecycle.after(order.state, "cancel")
    if seen is not None:
        shown.check(seen, cancelling.of(session, group_order_id).parts(), cancelling.named)
    commitments.release(session, group_order_id)
    change(session, group_order_id, state=state, cancelled_at=now, cancelled_because=reason)
    _record(session, actor, "cancelled", group_order_id, now, reason=reason)
    jobs.enqueue(session, "market.cancelled_notices", group_order_id=group_order_id, reason=reason)


@dataclass(frozen=True, slots=True)
class Hours:
    """Until when an order takes bookings, and when it is delivered."""

    closes_at: datetime
    delivery_day: date


def held_open(session: Session, actor: Actor, group_order_id: int) -> GroupOrder:
    """Hold an open order to move its hours, for coordinators.

    Raises Refused for an order that is not open, NotFound.
    """
    order = held(session, actor, group_order_id, "prolong")
    lifecycle.after(order.state, "prolong")
    return order


def prolong(
    session: Session,
    actor: Actor,
    group_order_id: int,
    hours: Hours,
    now: datetime,
    *,
    told: str | None = None,
) -> bool:
    """Move the closing hour and the delivery day of an open order, also when it has passed.

    For coordinators. Return whether either moves: then a dry run shown before is no longer
    true, and every household that booked is told. `told` is whom the page had named
    (`Audience.parts`, packed), None where there was none. Raises Invalid for instants that
    cannot be, Changed where others are to be told, Refused for an order that is not open.
    """
    order = held_open(session, actor, group_order_id)
    closing_day = to_rome(hours.closes_at).date()
    errors = opening.errors(order.opens_at, hours.closes_at, now, closing_day, hours.delivery_day)
    if errors:
        raise Invalid(errors)
    before = Hours(order.closes_at, order.delivery_day)
    if hours == before:
        return False
    if told is not None:
        readers = audiences.audience(session, group_order_id)
        shown.check(told, readers.parts(), audiences.PARTS.__getitem__)
    change(session, group_order_id, closes_at=hours.closes_at, delivery_day=hours.delivery_day)
    moved = {
        "closes_at": hours.closes_at.isoformat(),
        "delivery_day": hours.delivery_day.isoformat(),
    }
    _record(session, actor, "prolonged", group_order_id, now, **moved)
    move = order.version + 1
    changed = {
        "closed_at": before.closes_at.isoformat() if before.closes_at != hours.closes_at else None,
        "arrived_on": f"{before.delivery_day}"
        if before.delivery_day != hours.delivery_day
        else None,
    }
    about = {"group_order_id": group_order_id, "move": move, **changed}
    jobs.enqueue(session, "market.moving_notices", **about)
    return True


def _check(new: NewOrder, now: datetime) -> None:
    closing_day = to_rome(new.closes_at).date()
    errors = opening.errors(new.opens_at, new.closes_at, now, closing_day, new.delivery_day)
    errors |= opening.amount_errors(new.minimum_cents, new.transport_cents, new.transport_by)
    if not new.title.strip():
        errors["title"] = Message("Dai un nome all'ordine.")
    if errors:
        raise Invalid(errors)


def _row(new: NewOrder, price_list: PriceList, actor: Actor, now: datetime) -> GroupOrder:
    return GroupOrder(
        centre_id=price_list.centre_id,
        producer_id=price_list.producer_id,
        price_list_id=price_list.id,
        pickup_point_id=new.pickup_point_id,
        title=new.title.strip(),
        note=new.note,
        state=lifecycle.OPEN,
        opens_at=new.opens_at,
        closes_at=new.closes_at,
        delivery_day=new.delivery_day,
        minimum_cents=new.minimum_cents,
        transport_cents=new.transport_cents,
        transport_by=new.transport_by,
        created_by=actor.person_id,
        created_at=now,
    )


def _freeze(session: Session, order: GroupOrder, new: NewOrder) -> None:
    """Copy every term of the orderable products; only how they are cut is the order's own."""
    cases = new.whole_cases
    whole = Product.whole_cases if cases is None else Product.id.in_(cases)
    frozen = {name: getattr(Product, name) for name in ("position", *TERMS)}
    frozen["whole_cases"] = and_(Product.case_size > 0, whole)
    source = (
        select(literal(order.id), Product.id, *frozen.values())
        .where(Product.price_list_id == order.price_list_id, Product.orderable)
        .order_by(Product.position, Product.id)
    )
    columns = ["group_order_id", "product_id", *frozen]
    copied = session.execute(
        insert(Offer)
        .from_select(columns, source)
        .returning(
            Offer.unit,
            Offer.step,
            Offer.unit_weight_g,
            Offer.name,
            Offer.whole_cases,
            Offer.case_size,
            Offer.available,
        )
    ).all()
    if not copied:
        raise Refused("Questo listino non ha prodotti ordinabili.", field="price_list_id")
    for row in copied:
        opening.check_case(row.name, progress.case_of(row))
    unknown = [row.name for row in copied if row.unit == "piece" and row.unit_weight_g is None]
    if new.transport_cents and new.transport_by == "weight" and unknown:
        message = counted(
            len(unknown),
            "Per dividere il trasporto a peso manca il peso di un prodotto: {name}.",
            "Per dividere il trasporto a peso manca il peso di {n} prodotti, per esempio {name}.",
            name=unknown[0],
        )
        raise Refused(message, field="transport_by")


def _record(
    session: Session, actor: Actor, act: str, order_id: int, now: datetime, **after: Any
) -> None:
    audit.record(session, actor, act, audit.of(GroupOrder, order_id), now, after=after)
