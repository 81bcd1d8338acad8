"""What may be done to a score sheet: marked until it is sent, then never again (DR-18)."""

from kit.errors import Message, Refused

# A sheet nobody has begun has no row: pages call it new.
NEW, DRAFT, SENT = "new", "draft", "sent"
STANDS = Message("La scheda è stata inviata: non si può più cambiare.")


def is_sent(state: str) -> bool:
    """Whether it counts, shows what the others sent, and is final."""
    return state == SENT


def may_mark(state: str, *, ranked: bool) -> bool:
    """Whether its marks may still change; a published ranking ends that for every sheet."""
    return not is_sent(state) and not ranked


def check_not_sent(state: str) -> None:
    """Raise Refused once the sheet is sent."""
    if is_sent(state):
        raise Refused(STANDS)
