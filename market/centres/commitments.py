"""What households hold back of their credit for orders that are not settled yet."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.tables.bookings import Booking
from market.tables.centres import Household


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
