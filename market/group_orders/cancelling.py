"""What cancelling an order does, told before it is done."""

from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from kit import letters
from kit.db import row, total
from kit.errors import Message, NotFound
from market import audiences
from market.audiences import HouseholdAudience
from market.group_orders import heading
from market.tables.bookings import Booking
from market.tables.orders import GroupOrder


class Cancelling(NamedTuple):
    """Who is told, how much credit (cents) is free again, and how far the order was.

    `sheet` says how far the order is on its way to the producer, "" where none goes.
    """

    households: int
    committed_cents: int
    state: str
    audience: HouseholdAudience
    sheet: str

    def parts(self) -> dict[str, str]:
        """Give what the page of cancelling shows, as `kit.shown` compares it."""
        facts = {name: str(getattr(self, name)) for name in _Order._fields}
        return {**facts, **self.audience.parts(), "sheet": self.sheet}


class _Order(NamedTuple):
    households: int
    committed_cents: int
    state: str


_NAMES = {
    **audiences.PARTS,
    "households": Message("le famiglie che hanno prenotato"),
    "committed_cents": Message("il credito impegnato"),
    "state": Message("lo stato dell'ordine"),
    "sheet": Message("il foglio per il produttore"),
}


def named(part: str) -> Message:
    """Put a part of `Cancelling` into words."""
    return _NAMES.get(part, Message("l'ordine"))


def of(session: Session, group_order_id: int) -> Cancelling:
    """Tell what cancelling an order would do now (five statements); raises NotFound."""
    booked = and_(Booking.group_order_id == GroupOrder.id, Booking.lines > 0)
    query = (
        select(
            func.count(Booking.id).label("households"),
            total(Booking.committed_cents).label("committed_cents"),
            GroupOrder.state,
        )
        .select_from(GroupOrder)
        .outerjoin(Booking, booked)
        .where(GroupOrder.id == group_order_id)
        .group_by(GroupOrder.id)
    )
    found = row(session, _Order, query)
    if found is None:
        raise NotFound
    told = audiences.with_carriers(session, group_order_id)
    return Cancelling(*found, told, _sheet(session, group_order_id))


def _sheet(session: Session, group_order_id: int) -> str:
    """Say what the producer has of an order, as far as it matters to who would call it back."""
    order = heading.of(session, group_order_id)
    if not order.ordered:
        return ""
    key = audiences.sheet_key(group_order_id)
    letter = next(iter(letters.written(session, key, unreached_below=key)), None)
    if letter is None:
        return f"coming {order.producer_email or ''}"
    return f"gone {letter.to if letter.reachable else ''}"
