"""The civil time of Cremona: pure, no clock is read here."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kit.errors import Refused

ROME = ZoneInfo("Europe/Rome")


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


def check_minute(instant: datetime) -> None:
    """Refuse a typed instant that is no whole minute of the clock on the wall.

    What bounds an order or a call is read, told and remembered in hours and minutes.
    """
    if instant.second or instant.microsecond:
        raise Refused(
            "L'ora si scrive in minuti interi, senza secondi, per esempio {example}.",
            example=f"{to_rome(instant):%d/%m/%Y %H:%M}",
        )
