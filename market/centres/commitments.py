"""What households hold back of their credit for orders that are not settled yet."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kit.db import rows
from market.tables.bookings import Booking
from market.tables.centres import Household
from market.tables.orders import GroupOrder


class Commitment(NamedTuple):
    """An order a household's credit is held for."""

    id: int
    title: str
    delivery_day: date
    committed_cents: int


def of_household(session: Session, household_id: int) -> list[Commitment]:
    """List the orders a household's credit is held for, soonest delivery first."""
    query = (
        select(GroupOrder.id, GroupOrder.title, GroupOrder.delivery_day, Booking.committed_cents)
        .join(Booking, Booking.group_order_id == GroupOrder.id)
        .where(Booking.household_id == household_id, Booking.committed_cents > 0)
        .order_by(GroupOrder.delivery_day, GroupOrder.id)
    )
    return rows(session, Commitment, query)


def release(session: Session, group_order_id: int) -> None:
    """Give back what every household committed to an order (two statements).

    The order's exclusive lock is held by the caller; households are locked in ascending
    id before they are read.
    """
    booked = select(Booking.household_id).where(Booking.group_order_id == group_order_id)
    households = select(Household.id).where(Household.id.in_(booked)).order_by(Household.id)
    session.execute(households.with_for_update(key_share=True))
    committed = (Booking.group_order_id == group_order_id, Booking.committed_cents > 0)
    freed = (
        update(Household)
        .where(Household.id == Booking.household_id, *committed)
        .values(commitment_cents=Household.commitment_cents - Booking.committed_cents)
        .cte("freed")
    )
    given_back = update(Booking).where(*committed).values(committed_cents=0).add_cte(freed)
    session.execute(given_back, execution_options={"synchronize_session": False})
