"""What households hold back of their credit for orders that are not settled yet."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_HOLD = text("""
    select h.id from household h
    where h.id in (select b.household_id from booking b where b.group_order_id = :group_order_id)
    order by h.id for no key update
""")
_RELEASE = text("""
    with freed as (
        update household h set commitment_cents = h.commitment_cents - b.committed_cents
        from booking b
        where b.group_order_id = :group_order_id and b.household_id = h.id
            and b.committed_cents > 0
    )
    update booking set committed_cents = 0
    where group_order_id = :group_order_id and committed_cents > 0
""")


def release(session: Session, group_order_id: int) -> None:
    """Give back what every household committed to an order (two statements).

    The order's exclusive lock is held by the caller; households are locked in ascending
    id before they are read.
    """
    session.execute(_HOLD, {"group_order_id": group_order_id})
    session.execute(_RELEASE, {"group_order_id": group_order_id})
