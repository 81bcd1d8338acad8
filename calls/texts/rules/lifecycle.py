"""Where a call stands, and what may be done to it then.

A call is kept as a draft or as published; whether a published one is awaited, open or closed
follows from its instants and the clock (Consiglio di Stato VI 8546/2024, rule DR-1).
"""

from datetime import datetime
from typing import Literal

from kit.errors import Refused

DRAFT, PUBLISHED = "draft", "published"

Stage = Literal["awaited", "open", "closed"]
AWAITED: Stage = "awaited"
OPEN: Stage = "open"
CLOSED: Stage = "closed"


def is_published(state: str) -> bool:
    """Whether what the call says binds: then nobody writes it any more."""
    return state == PUBLISHED


def check_may_write(state: str) -> None:
    """Raise Refused unless the call is still being written."""
    if is_published(state):
        raise Refused("Il bando è già pubblicato: il suo testo non si cambia più.")


def in_time(received_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether what was received at an instant is within the deadline.

    The instant is floored to its second and the deadline is included: with a deadline of
    12:00:00, 12:00:00.999 is in and 12:00:01.000 is out. There is no hidden grace.
    """
    return received_at.replace(microsecond=0) <= deadline_at


def stage(now: datetime, opens_at: datetime, deadline_at: datetime) -> Stage:
    """Say where a published call stands."""
    if now < opens_at:
        return AWAITED
    return OPEN if in_time(now, deadline_at) else CLOSED


def check_takes_applications(now: datetime, opens_at: datetime, deadline_at: datetime) -> None:
    """Raise Refused before a published call opens and after its deadline."""
    match stage(now, opens_at, deadline_at):
        case "awaited":
            raise Refused("Il bando non è ancora aperto: torna quando si apre.")
        case "closed":
            raise Refused("Il termine di questo bando è scaduto: non si possono iniziare domande.")
