"""What cancelling an order does, told before it is done."""

from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from kit.db import row, total
from kit.errors import Message, NotFound
from market import audiences
from market.audiences import HouseholdAudience
from market.tables.bookings import Booking
from market.tables.orders import GroupOrder


class Cancelling(NamedTuple):
    """Who is told, how much credit (cents) is free again, and how far the order was."""

    households: int
    committed_cents: int
    state: str
    audience: HouseholdAudience

    def parts(self) -> dict[str, str]:
        """Give what the page of cancelling shows, as `kit.shown` compares it."""
        facts = {name: str(getattr(self, name)) for name in _Order._fields}
        return {**facts, **self.audience.parts()}


class _Order(NamedTuple):
    households: int
    committed_cents: int
    state: str


_NAMES = {
    **audiences.PARTS,
    "households": Message("le famiglie che hanno prenotato"),
    "committed_cents": Message("il credito impegnato"),
    "state": Message("lo stato dell'ordine"),
}


def named(part: str) -> Message:
    """Put a part of `Cancelling` into words."""
    return _NAMES.get(part, Message("l'ordine"))


def of(session: Session, group_order_id: int) -> Cancelling:
    """Tell what cancelling an order would do now (two statements); raises NotFound."""
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
    return Cancelling(*found, audiences.audience(session, group_order_id))
