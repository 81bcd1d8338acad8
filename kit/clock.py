"""Instants and the civil time of Cremona."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.errors import Refused

ROME = ZoneInfo("Europe/Rome")


def now(session: Session) -> datetime:
    """Return the database's clock (UTC), not the start of the transaction.

    `now()` of PostgreSQL is frozen when the transaction begins: a request that waited
    for a lock would be stamped with the wrong instant.
    """
    instant: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant.astimezone(UTC)


def to_rome(instant: datetime) -> datetime:
    """Turn an instant into the civil time of Europe/Rome."""
    return instant.astimezone(ROME)


def instant_from_local(local: datetime) -> datetime:
    """Turn a naive local time of Europe/Rome into an instant (UTC).

    Raises Refused for a time that the clock change skips or shows twice: a deadline
    must not be open to two readings.
    """
    first = local.replace(tzinfo=ROME, fold=0)
    second = local.replace(tzinfo=ROME, fold=1)
    if first.utcoffset() != second.utcoffset():
        skipped = first.astimezone(UTC).astimezone(ROME).replace(tzinfo=None) != local
        if skipped:
            raise Refused("Quest'ora non esiste: quella notte l'orologio va avanti di un'ora.")
        raise Refused("Quest'ora capita due volte: quella notte l'orologio torna indietro.")
    return first.astimezone(UTC)
