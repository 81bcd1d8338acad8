"""What may be done to a call, and until when.

A call is kept as a draft or as published; whether a published one takes applications follows
from its instants and the clock (Consiglio di Stato VI 8546/2024, rule DR-1). How it stands is
said in words by `standing`.
"""

from datetime import datetime, timedelta

from kit.errors import Message, Refused

DRAFT, PUBLISHED = "draft", "published"

# A sending that was received in time may still wait for a lock; the envelopes are opened
# only when none can be in flight any more.
PAUSE = timedelta(minutes=1)


def is_published(state: str) -> bool:
    """Whether what the call says binds: then nobody writes it any more."""
    return state == PUBLISHED


def check_may_write(state: str) -> None:
    """Raise Refused unless the call is still being written."""
    if is_published(state):
        raise Refused("Il bando è già pubblicato: il suo testo non si cambia più.")


LONGEST = timedelta(days=3 * 366)
"""Between opening and deadline; beyond it one of the years is a slip."""


def wrong_span(opens_at: datetime, deadline_at: datetime) -> Message | None:
    """Say why a call cannot be open from one instant to the other; None if it can."""
    if opens_at >= deadline_at:
        return Message("La scadenza deve venire dopo l'apertura.")
    if deadline_at - opens_at > LONGEST:
        return Message("Tra apertura e scadenza passano più di tre anni: controlla gli anni.")
    return None


def in_time(received_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether what was received at an instant is within the deadline.

    The instant is floored to its second and the deadline is included: with a deadline of
    12:00:00, 12:00:00.999 is in and 12:00:01.000 is out. There is no hidden grace.
    """
    return received_at.replace(microsecond=0) <= deadline_at


def opening_at(deadline_at: datetime) -> datetime:
    """The instant from which the envelopes of a call with this deadline may be opened."""
    return deadline_at + PAUSE


def check_takes_applications(now: datetime, opens_at: datetime, deadline_at: datetime) -> None:
    """Raise Refused before a published call opens and after its deadline."""
    if now < opens_at:
        raise Refused("Il bando non è ancora aperto: torna quando si apre.")
    if not in_time(now, deadline_at):
        raise Refused("Il termine di questo bando è scaduto: non si possono iniziare domande.")
