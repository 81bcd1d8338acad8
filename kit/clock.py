"""The database's clock, and the civil time its instants are shown in."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.rome import instant_from_local, to_rome

__all__ = ["instant_from_local", "now", "to_rome"]


def now(session: Session) -> datetime:
    """Return the database's clock (UTC), not the start of the transaction.

    `now()` of PostgreSQL is frozen when the transaction begins: a request that waited
    for a lock would be stamped with the wrong instant.
    """
    instant: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant.astimezone(UTC)
