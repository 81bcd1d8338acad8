"""When a sending is in time (Consiglio di Stato VI 8546/2024, DR-1)."""

from datetime import datetime


def in_time(received_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether what was received at an instant is within the deadline.

    The instant is floored to its second and the deadline is included: with a deadline of
    12:00:00, 12:00:00.999 is in and 12:00:01.000 is out. There is no hidden grace.
    """
    return received_at.replace(microsecond=0) <= deadline_at


def state(now: datetime, opens_at: datetime, deadline_at: datetime) -> str:
    """Say where a published call stands: "awaited", "open" or "closed"."""
    if now < opens_at:
        return "awaited"
    return "open" if in_time(now, deadline_at) else "closed"
