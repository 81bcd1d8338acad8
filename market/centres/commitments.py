"""What households hold back of their credit for orders that are not settled yet.

A commitment follows from the state of the order alone: the lines at "at most" while it is open,
what the household gets and its share of the transport from closing on, then nothing.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal, select, update
from sqlalchemy.orm import Session

from kit.db import rows
from ledger import accounts
from market.tables.bookings import Booking
from market.tables.centres import Household
from market.tables.orders import GroupOrder


class Commitment(NamedTuple):
    """An order a household's credit is held for, with what tells how it stands."""

    id: int
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    settled_at: datetime | None
    delivery_day: date
    committed_cents: int


def of_household(session: Session, household_id: int) -> list[Commitment]:
    """List the orders a household's credit is held for, soonest delivery first."""
    query = (
        select(
            *(getattr(GroupOrder, name) for name in Commitment._fields[:-1]),
            Booking.committed_cents,
        )
        .join(Booking, Booking.group_order_id == GroupOrder.id)
        .where(Booking.household_id == household_id, Booking.committed_cents > 0)
        .order_by(GroupOrder.delivery_day, GroupOrder.id)
    )
    return rows(session, Commitment, query)


class HouseholdRoom(NamedTuple):
    """What a household could spend (cents) if an order held none of it, and what that holds now."""

    household_id: int
    cents: int
    held_cents: int

    def beyond(self, due_cents: int) -> int:
        """How far a sum takes the household beyond its credit; 0 for one that was held already."""
        return max(due_cents - self.cents, 0) if due_cents > self.held_cents else 0


def rooms(session: Session, group_order_id: int) -> dict[int, HouseholdRoom]:
    """Give the room of every household that booked, by its id (one statement)."""
    free = (
        accounts.balance_of(Household.account_id)
        + Household.limit_cents
        - Household.commitment_cents
        + Booking.committed_cents
    )
    query = (
        select(Household.id, cast(free, BigInteger), Booking.committed_cents)
        .join(Booking, Booking.household_id == Household.id)
        .where(Booking.group_order_id == group_order_id)
    )
    return {row[0]: HouseholdRoom(*row) for row in session.execute(query)}


def release(session: Session, group_order_id: int) -> None:
    """Give back what every household committed to an order (two statements).

    The order's exclusive lock is held by the caller.
    """
    _commit(session, group_order_id, literal(0))


def hold_assigned(session: Session, group_order_id: int) -> None:
    """Hold what every household gets of an order and its share of the transport, no more.

    Two statements, once closing has written both. The order's exclusive lock is held by the
    caller. A share may take a household beyond its credit: it is due all the same.
    """
    due = cast(func.coalesce(Booking.assigned_cents + Booking.transport_cents, 0), BigInteger)
    _commit(session, group_order_id, due)


def _commit(session: Session, group_order_id: int, cents: ColumnElement[Any]) -> None:
    """Let every booking of an order commit so much, and its household with it.

    Households are locked in ascending id before they are read.
    """
    booked = select(Booking.household_id).where(Booking.group_order_id == group_order_id)
    households = select(Household.id).where(Household.id.in_(booked)).order_by(Household.id)
    session.execute(households.with_for_update(key_share=True))
    others = (Booking.group_order_id == group_order_id, Booking.committed_cents != cents)
    moved = (
        update(Household)
        .where(Household.id == Booking.household_id, *others)
        .values(commitment_cents=Household.commitment_cents - Booking.committed_cents + cents)
        .cte("moved")
    )
    written = update(Booking).where(*others).values(committed_cents=cents).add_cte(moved)
    session.execute(written, execution_options={"synchronize_session": False})
