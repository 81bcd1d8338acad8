"""The books of an order: everything closing is computed from, as of one moment."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import db
from kit.errors import NotFound
from market.closings.rules.closing import BookedLine


class OrderRow(NamedTuple):
    """The order with what bounds and addresses its closing."""

    id: int
    version: int
    state: str
    centre_id: int
    opens_at: datetime
    closes_at: datetime
    delivery_day: date
    minimum_cents: int
    transport_cents: int
    transport_by: str
    producer_id: int
    producer_email: str | None


class OfferRow(NamedTuple):
    """An offer's frozen terms with its counters."""

    id: int
    name: str
    unit: str
    price_micros: int
    price_quantity: int
    case_size: int
    whole_cases: bool
    step: int
    available: int | None
    unit_weight_g: int | None
    wanted: int
    at_most: int
    wanted_cents: int


class BookingRow(NamedTuple):
    """A booking that has lines, with the household's public name and code."""

    id: int
    household_id: int
    code: str
    name: str
    wanted_cents: int


class _Read(NamedTuple):
    id: int
    version: int
    state: str
    centre_id: int
    opens_at: datetime
    closes_at: datetime
    delivery_day: date
    minimum_cents: int
    transport_cents: int
    transport_by: str
    producer_id: int
    producer_email: str | None
    offers: list[list[int | str | bool | None]]
    bookings: list[list[int | str]]
    line_bookings: list[int]
    line_offers: list[int]
    line_wanted: list[int]
    line_at_most: list[int]
    line_amounts: list[int]


# One statement, because bookings go on while a dry run reads: of two statements the second
# would show the lines of a household the first had not yet seen.
_READ = text("""
    select o.id, o.version, o.state, o.centre_id, o.opens_at, o.closes_at, o.delivery_day,
        o.minimum_cents, o.transport_cents, o.transport_by, o.producer_id,
        a.email as producer_email,
        (select coalesce(json_agg(json_build_array(f.id, f.name, f.unit, f.price_micros,
            f.price_quantity, f.case_size, f.whole_cases, f.step, f.available,
            f.unit_weight_g, f.wanted, f.at_most, f.wanted_cents) order by f.position, f.id), '[]')
        from offer f where f.group_order_id = o.id) as offers,
        (select coalesce(json_agg(json_build_array(b.id, b.household_id, h.code, h.name,
            b.wanted_cents) order by h.code collate "C", b.id), '[]')
        from booking b join household h on h.id = b.household_id
        where b.group_order_id = o.id and exists
            (select 1 from booking_line l where l.booking_id = b.id and l.at_most > 0)
        ) as bookings,
        l.*
    from group_order o
    join agreement a on (a.centre_id, a.producer_id) = (o.centre_id, o.producer_id)
    cross join lateral (
        select coalesce(array_agg(l.booking_id), '{}') as line_bookings,
            coalesce(array_agg(l.offer_id), '{}') as line_offers,
            coalesce(array_agg(l.wanted), '{}') as line_wanted,
            coalesce(array_agg(l.at_most), '{}') as line_at_most,
            coalesce(array_agg(l.amount_cents), '{}') as line_amounts
        from (
            select l.* from booking_line l join booking b on b.id = l.booking_id
            where b.group_order_id = o.id and l.at_most > 0 order by l.booking_id, l.offer_id
        ) l
    ) l
    where o.id = :group_order_id
""")


@dataclass(frozen=True, slots=True)
class Books:
    """Everything closing is computed from, of one moment.

    Offers stand in the order of the list, bookings in that of the households' codes, lines
    by booking and offer; lines of nothing are left out. `token` is a digest of the order's
    version and every line: it changes when a booking does.
    """

    order: OrderRow
    offers: list[OfferRow]
    bookings: list[BookingRow]
    lines: list[BookedLine]
    token: str


def read(session: Session, group_order_id: int) -> Books:
    """Read the books of an order (one statement); raises NotFound."""
    found = db.row(session, _Read, _READ, {"group_order_id": group_order_id})
    if found is None:
        raise NotFound
    order = OrderRow._make(found[: len(OrderRow._fields)])
    lines = list(
        map(
            BookedLine,
            found.line_bookings,
            found.line_offers,
            found.line_wanted,
            found.line_at_most,
            found.line_amounts,
        )
    )
    return Books(
        order,
        list(map(OfferRow._make, found.offers)),
        list(map(BookingRow._make, found.bookings)),
        lines,
        _digest(order, lines),
    )


def _digest(order: OrderRow, lines: list[BookedLine]) -> str:
    seen = repr((order.id, order.version, list(map(tuple, lines))))
    return hashlib.sha256(seen.encode()).hexdigest()
