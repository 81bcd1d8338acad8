"""Everything a booking page shows, in two statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from kit.errors import NotFound, Refused
from ledger import accounts
from market.bookings.keys import BookingKey, check_actor
from market.bookings.rules import ordering
from people.actors import Actor

_HEAD = text(f"""
    select o.*, p.name as producer, c.name as centre, k.name as pickup_point,
        k.address as pickup_address, k.note as pickup_note,
        h.id as household_id, h.code as household_code, h.name as household,
        h.limit_cents, h.commitment_cents, a.balance,
        a.balance + h.limit_cents - h.commitment_cents as room,
        b.id as booking_id, coalesce(b.wanted_cents, 0) as wanted_cents,
        coalesce(b.committed_cents, 0) as committed_cents, b.assigned_cents,
        b.transport_cents as transport_share_cents, b.transport_proof
    from group_order o
    join household h on h.centre_id = o.centre_id and h.id = :household_id
    join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id
    join pickup_point k on k.id = o.pickup_point_id
    cross join lateral
        (select {accounts.BALANCE} as balance from account a where a.id = h.account_id) a
    left join booking b on b.group_order_id = o.id and b.household_id = h.id
    where o.id = :group_order_id
""")
_OFFERS = text("""
    select f.*, coalesce(l.wanted, 0) as mine_wanted, coalesce(l.at_most, 0) as mine_at_most,
        coalesce(l.amount_cents, 0) as mine_cents, l.assigned as mine_assigned,
        l.assigned_cents as mine_assigned_cents, l.reason as mine_reason
    from offer f
    left join booking_line l on l.booking_id = :booking_id and l.offer_id = f.id
    where f.group_order_id = :group_order_id
    order by f.position, f.id
""")


@dataclass(frozen=True, slots=True)
class BookingPage:
    """A household's view of one group order.

    `head` is the order's row with `producer`, `centre`, `pickup_point`, the household with
    its `balance` and `room` (what it may still book for), and its booking's totals. Each
    row of `offers` is the offer with its counters and `mine_wanted`, `mine_at_most`,
    `mine_cents`; after closing also `mine_assigned`, `mine_assigned_cents`, `mine_reason`.
    `closed_because` says why no bookings are taken now, None while they are.
    """

    head: Row[Any]
    offers: Sequence[Row[Any]]
    order_cents: int
    missing_to_minimum_cents: int
    closed_because: Refused | None


def page_of(session: Session, actor: Actor, key: BookingKey, now: datetime) -> BookingPage:
    """Read the booking page of a household (two statements); raises NotFound.

    `market.group_orders.case_progress(row)` and `stock_left(row)` read an offer's progress.
    """
    head = session.execute(
        _HEAD,
        {"group_order_id": key.group_order_id, "household_id": key.household_id},
    ).one_or_none()
    if head is None:
        raise NotFound
    check_actor(actor, key.household_id, head.centre_id)
    offers = session.execute(
        _OFFERS, {"group_order_id": key.group_order_id, "booking_id": head.booking_id}
    ).all()
    order_cents = sum(row.wanted_cents for row in offers)
    try:
        ordering.check_open(head.state, head.opens_at, head.closes_at, now)
    except Refused as refusal:
        closed_because: Refused | None = refusal
    else:
        closed_because = None
    missing = max(head.minimum_cents - order_cents, 0)
    return BookingPage(head, offers, order_cents, missing, closed_because)


_OFFER = text("""
    select f.id, f.product_id, f.group_order_id, f.name, f.unit, f.case_size, f.whole_cases,
        f.step, f.available, o.minimum_cents
    from offer f join group_order o on o.id = f.group_order_id
    where f.group_order_id = :group_order_id and f.product_id = :product_id
""")


def offer_of(session: Session, group_order_id: int, product_id: int) -> Row[Any]:
    """Return the frozen terms of an offer with its order's minimum; raises NotFound."""
    values = {"group_order_id": group_order_id, "product_id": product_id}
    row = session.execute(_OFFER, values).one_or_none()
    if row is None:
        raise NotFound
    return row


def counters_of(session: Session, offer_id: int) -> Row[Any]:
    """Return an offer's row with its counters as they are now."""
    return session.execute(text("select * from offer where id = :id"), {"id": offer_id}).one()
