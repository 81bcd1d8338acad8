"""Bodies of the market's jobs: each a shallow call, each safe to run twice."""

from datetime import datetime

from sqlalchemy.orm import Session

from kit.jobs import task
from market import notices


@task("market.closing_notices")
def closing_notices(session: Session, now: datetime, group_order_id: int) -> None:
    """Tell households what closing changed for them."""
    notices.closed(session, group_order_id)


@task("market.settlement_notices")
def settlement_notices(session: Session, now: datetime, group_order_id: int) -> None:
    """Tell households what they were charged."""
    notices.settled(session, group_order_id)


@task("market.cancelled_notices")
def cancelled_notices(session: Session, now: datetime, group_order_id: int, reason: str) -> None:
    """Tell households that their order will not come."""
    notices.cancelled(session, group_order_id, reason)
