"""When the envelopes of a call may be opened (DR-1, DR-13)."""

from collections.abc import Mapping
from datetime import datetime

from calls.texts.rules.lifecycle import opening_at
from kit.errors import Message, Refused


def check_may_open(now: datetime, deadline_at: datetime, *, opened: bool) -> None:
    """Raise Refused until a minute after the deadline, and when they are already open."""
    if now < opening_at(deadline_at):
        raise Refused("Le domande si aprono un minuto dopo la scadenza, non prima.")
    if opened:
        raise Refused("Le domande di questo bando sono già aperte.")


def parts(applications: int, seats: Mapping[str, str]) -> dict[str, str]:
    """Give what an opening opens, and for whom (`commission.seats`), as its page shows it."""
    return {"applications": str(applications), **seats}


def named(part: str) -> Message:
    """Put a part of an opening that is no seat into words."""
    return Message("la commissione") if part == "commission" else Message("le domande inviate")
