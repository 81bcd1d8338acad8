"""Group orders: opening, finding, watching, cancelling them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.orm import Session

from kit import audit, jobs
from kit.clock import to_rome
from kit.db import lock_exclusive, lock_shared
from kit.errors import Invalid, Message, NotFound, Refused
from market import commitments
from market.rules import lifecycle, opening
from market.rules.case_completion import Case, Progress, progress
from market.tables import GroupOrder, Offer, PickupPoint, PriceList
from people.actors import Actor
from people.roles import COORDINATOR


@dataclass(frozen=True, slots=True)
class Terms:
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


_FREEZE = text("""
    insert into offer (group_order_id, product_id, position, sku, name, category, description,
        sold_as, unit, price_cents, price_quantity, vat_rate, case_size, whole_cases, step,
        minimum, maximum, available, unit_weight_g)
    select :group_order_id, p.id, p.position, p.sku, p.name, p.category, p.description,
        p.sold_as, p.unit, p.price_cents, p.price_quantity, p.vat_rate, p.case_size,
        p.case_size > 0 and case when :as_listed then p.whole_cases else p.id = any(:whole) end,
        p.step, p.minimum, p.maximum, p.available, p.unit_weight_g
    from product p where p.price_list_id = :price_list_id and p.orderable
    order by p.position, p.id
    returning unit, unit_weight_g, name
""")


def open_(session: Session, actor: Actor, terms: Terms, now: datetime) -> int:
    """Open a group order on a price list and return its id; for coordinators of its centre.

    Prices and terms of the orderable products are frozen into offers. Raises Invalid for
    instants or amounts that cannot be, Refused when nothing is orderable or the transport
    cannot be split as asked, NotFound for a list or pick-up point of somebody else.
    """
    lock_shared(session, "price_list", terms.price_list_id)
    price_list = session.get(PriceList, terms.price_list_id)
    if price_list is None:
        raise NotFound
    actor.require(COORDINATOR, "centre", price_list.centre_id)
    point = session.get(PickupPoint, terms.pickup_point_id)
    if point is None or point.centre_id != price_list.centre_id:
        raise NotFound
    _check(terms, now)
    order = _row(terms, price_list, actor, now)
    session.add(order)
    session.flush()
    _freeze(session, order, terms)
    _record(
        session,
        actor,
        "opened",
        order.id,
        now,
        price_list_id=price_list.id,
        closes_at=terms.closes_at.isoformat(),
        transport=[terms.transport_cents, terms.transport_by],
        minimum_cents=terms.minimum_cents,
    )
    return order.id


def cancel(session: Session, actor: Actor, group_order_id: int, reason: str, now: datetime) -> None:
    """Cancel an order that is not settled: commitments are released, households are told.

    For coordinators. Raises Refused for a settled or cancelled order.
    """
    lock_exclusive(session, "group_order", group_order_id)
    order = get(session, group_order_id)
    actor.require(COORDINATOR, "centre", order.centre_id)
    state = lifecycle.after(order.state, "cancel")
    commitments.release(session, group_order_id)
    change(session, group_order_id, state=state, cancelled_at=now)
    _record(session, actor, "cancelled", group_order_id, now, reason=reason)
    jobs.enqueue(session, "market.cancelled_notices", group_order_id=group_order_id, reason=reason)


def get(session: Session, group_order_id: int) -> GroupOrder:
    """Return a group order as it is now; raises NotFound."""
    query = select(GroupOrder).where(GroupOrder.id == group_order_id)
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is None:
        raise NotFound
    return order


def change(session: Session, group_order_id: int, **values: Any) -> None:
    """Write columns of an order whose exclusive lock is held; its version grows."""
    statement = update(GroupOrder).where(GroupOrder.id == group_order_id)
    session.execute(statement.values(version=GroupOrder.version + 1, **values))


_OVERVIEW = """
    select o.*, p.name as producer, c.name as centre, k.name as pickup_point, k.address,
        t.value_cents, b.households, b.booked_cents
    from group_order o join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id join pickup_point k on k.id = o.pickup_point_id
    cross join lateral (select coalesce(sum(f.wanted_cents), 0)::bigint as value_cents
        from offer f where f.group_order_id = o.id) t
    cross join lateral (select count(*) filter (where b.wanted_cents > 0) as households,
        max(b.wanted_cents) filter (where b.household_id = any(:households)) as booked_cents
        from booking b where b.group_order_id = o.id) b
"""
_OF_CENTRES = text(
    _OVERVIEW + " where o.centre_id = any(:centres) and o.state = any(:states)"
    " order by o.closes_at desc, o.id desc limit :most"
)


def overview(
    session: Session,
    centre_ids: Collection[int],
    *,
    households: Collection[int] = (),
    states: Collection[str] = ("open", "closed", "settled", "cancelled"),
    most: int = 100,
) -> list[Row[Any]]:
    """List group orders of centres, latest closing first, in one statement.

    Each row is the order with `producer`, `centre`, `pickup_point`, `address`,
    `value_cents` booked by all, number of `households`, and `booked_cents` of those asked
    for (None: they booked nothing).
    """
    values = {
        "centres": list(centre_ids),
        "households": list(households),
        "states": list(states),
        "most": most,
    }
    return list(session.execute(_OF_CENTRES, values))


@dataclass(frozen=True, slots=True)
class SharedOffer:
    """How far one offer is, for everybody to see. `left` is None without a stock limit."""

    offer_id: int
    product_id: int
    wanted: int
    left: int | None
    case: Progress | None


@dataclass(frozen=True, slots=True)
class SharedProgress:
    """How far the whole order is; nobody's own quantities are in it."""

    offers: list[SharedOffer]
    value_cents: int
    missing_to_minimum_cents: int


_COUNTERS = select(
    Offer.id,
    Offer.product_id,
    Offer.unit,
    Offer.step,
    Offer.case_size,
    Offer.whole_cases,
    Offer.available,
    Offer.wanted,
    Offer.at_most,
    Offer.wanted_cents,
)


def shared_progress(session: Session, group_order_id: int) -> SharedProgress:
    """Tell how far cases and minimum are (two statements); raises NotFound."""
    minimum = session.scalar(
        select(GroupOrder.minimum_cents).where(GroupOrder.id == group_order_id)
    )
    if minimum is None:
        raise NotFound
    query = _COUNTERS.where(Offer.group_order_id == group_order_id)
    rows = session.execute(query.order_by(Offer.position, Offer.id)).all()
    value = sum(row.wanted_cents for row in rows)
    offers = [
        SharedOffer(row.id, row.product_id, row.wanted, stock_left(row), case_progress(row))
        for row in rows
    ]
    return SharedProgress(offers, value, max(minimum - value, 0))


def case_of(row: Any) -> Case:
    """Read from an offer's row how it is sold."""
    return Case(row.case_size, row.whole_cases, row.unit, row.step, row.available)


def case_progress(row: Any) -> Progress | None:
    """Tell from an offer's row and counters how far its next case is."""
    return progress(case_of(row), row.wanted, row.at_most)


def stock_left(row: Any) -> int | None:
    """Tell from an offer's row how much is left; None where it is not limited."""
    return None if row.available is None else max(row.available - row.wanted, 0)


def _check(terms: Terms, now: datetime) -> None:
    closing_day = to_rome(terms.closes_at).date()
    errors = opening.errors(terms.opens_at, terms.closes_at, now, closing_day, terms.delivery_day)
    errors |= opening.amount_errors(terms.minimum_cents, terms.transport_cents, terms.transport_by)
    if not terms.title.strip():
        errors["title"] = Message("Dai un nome all'ordine.")
    if errors:
        raise Invalid(errors)


def _row(terms: Terms, price_list: PriceList, actor: Actor, now: datetime) -> GroupOrder:
    return GroupOrder(
        centre_id=price_list.centre_id,
        producer_id=price_list.producer_id,
        price_list_id=price_list.id,
        pickup_point_id=terms.pickup_point_id,
        title=terms.title.strip(),
        note=terms.note,
        state=lifecycle.OPEN,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        delivery_day=terms.delivery_day,
        minimum_cents=terms.minimum_cents,
        transport_cents=terms.transport_cents,
        transport_by=terms.transport_by,
        created_by=actor.person_id,
        created_at=now,
    )


def _freeze(session: Session, order: GroupOrder, terms: Terms) -> None:
    frozen = session.execute(
        _FREEZE,
        {
            "group_order_id": order.id,
            "price_list_id": order.price_list_id,
            "as_listed": terms.whole_cases is None,
            "whole": list(terms.whole_cases or ()),
        },
    ).all()
    if not frozen:
        raise Refused("Questo listino non ha prodotti ordinabili.", field="price_list_id")
    unknown = [row.name for row in frozen if row.unit == "piece" and row.unit_weight_g is None]
    if terms.transport_cents and terms.transport_by == "weight" and unknown:
        raise Refused(
            "Per dividere il trasporto a peso manca il peso di {n} prodotti, per esempio {name}.",
            field="transport_by",
            n=len(unknown),
            name=unknown[0],
        )


def _record(
    session: Session, actor: Actor, act: str, order_id: int, now: datetime, **after: Any
) -> None:
    action = f"market.group_order.{act}"
    audit.record(session, actor.person_id, action, "group_order", order_id, now, None, after)
