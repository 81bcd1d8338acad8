"""The dry run: the result of closing for every household, with nothing written."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from kit.errors import Message
from market.closings.rules import closing
from market.group_orders import orders, progress
from market.group_orders.rules import lifecycle
from market.tables.orders import GroupOrder, Offer
from people.actors import Actor
from people.roles import COORDINATOR

_BOOKINGS = text("""
    select b.id, b.household_id, b.wanted_cents, h.code, h.name
    from booking b join household h on h.id = b.household_id
    where b.group_order_id = :group_order_id and exists
        (select 1 from booking_line l where l.booking_id = b.id and l.at_most > 0)
    order by h.code collate "C", b.id
""")
_LINES = text("""
    select l.booking_id, l.offer_id, l.wanted, l.at_most, l.amount_cents
    from booking_line l join booking b on b.id = l.booking_id
    where b.group_order_id = :group_order_id and l.at_most > 0
    order by l.booking_id, l.offer_id
""")


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """A line that gets another quantity than it wanted, in words."""

    offer_id: int
    name: str
    unit: str
    wanted: int
    assigned: int
    reason: Message


@dataclass(frozen=True, slots=True)
class HouseholdOutcome:
    """What one household gets and will pay when the delivery is settled."""

    booking_id: int
    household_id: int
    code: str
    name: str
    wanted_cents: int
    goods_cents: int
    transport_cents: int
    transport_proof: Message | None
    changes: list[LineOutcome]

    @property
    def total_cents(self) -> int:
        """Goods and transport."""
        return self.goods_cents + self.transport_cents


@dataclass(frozen=True, slots=True)
class OfferOutcome:
    """What is ordered of one product; `cases` is None where cases do not bind."""

    offer_id: int
    name: str
    unit: str
    case_size: int
    wanted: int
    total: int
    cases: int | None
    cents: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """The whole result. `token` stands for exactly the bookings it was computed from."""

    token: str
    offers: list[OfferOutcome]
    households: list[HouseholdOutcome]
    goods_cents: int
    transport_cents: int


@dataclass(frozen=True, slots=True)
class Books:
    """Everything closing is computed from, as read in one go.

    `token` is a digest of the order's version and every line: it changes when a booking does.
    """

    order: GroupOrder
    offers: Sequence[Row[Any]]
    bookings: Sequence[Row[Any]]
    lines: Sequence[Row[Any]]
    token: str


def dry_run(session: Session, actor: Actor, group_order_id: int) -> DryRun:
    """Compute what closing now would give every household (four statements, none writes).

    For coordinators of the order's centre. Raises Refused when the order cannot be closed,
    NotFound.
    """
    order = orders.get(session, group_order_id)
    actor.require(COORDINATOR, "centre", order.centre_id)
    lifecycle.after(order.state, "close")
    books = read(session, order)
    return present(books, compute(books))


def read(session: Session, order: GroupOrder) -> Books:
    """Read an order's offers, bookings and lines (three statements)."""
    query = select(*Offer.__table__.columns).where(Offer.group_order_id == order.id)
    values = {"group_order_id": order.id}
    offers = session.execute(query.order_by(Offer.position, Offer.id)).all()
    bookings = session.execute(_BOOKINGS, values).all()
    lines = session.execute(_LINES, values).all()
    return Books(order, offers, bookings, lines, _digest(order, lines))


def _digest(order: GroupOrder, lines: Sequence[Row[Any]]) -> str:
    seen = repr((order.id, order.version, [tuple(row) for row in lines]))
    return hashlib.sha256(seen.encode()).hexdigest()


def compute(books: Books) -> closing.Result:
    """Ask the rules what these books come to."""
    offers = [
        closing.Offer(
            row.id,
            progress.case_of(row),
            row.price_cents,
            row.price_quantity,
            row.unit_weight_g,
        )
        for row in books.offers
    ]
    return closing.close(
        offers,
        {row.id: row.code for row in books.bookings},
        map(closing.Line._make, books.lines),
        books.order.transport_cents,
        books.order.transport_by,
    )


def present(books: Books, result: closing.Result) -> DryRun:
    """Put names to a result."""
    offers = {row.id: row for row in books.offers}
    changes: dict[int, list[LineOutcome]] = defaultdict(list)
    for change in result.changes:
        offer = offers[change.offer_id]
        changes[change.booking_id].append(
            LineOutcome(
                offer.id, offer.name, offer.unit, change.wanted, change.assigned, change.reason
            )
        )
    households = [
        HouseholdOutcome(
            row.id,
            row.household_id,
            row.code,
            row.name,
            row.wanted_cents,
            *outcome[1:],
            changes=changes.get(row.id, []),
        )
        for row, outcome in zip(books.bookings, result.bookings, strict=True)
    ]
    return DryRun(
        books.token,
        [_offer(offers[outcome.offer_id], outcome) for outcome in result.offers],
        households,
        result.goods_cents,
        books.order.transport_cents,
    )


def _offer(row: Row[Any], outcome: closing.OfferResult) -> OfferOutcome:
    return OfferOutcome(row.id, row.name, row.unit, row.case_size, row.wanted, *outcome[1:])
