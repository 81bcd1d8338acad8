"""What may be done to an application: written while it is a draft, never once it is sent."""

from kit.errors import Refused

DRAFT, SUBMITTED = "draft", "submitted"


def is_sent(state: str) -> bool:
    """Whether it was received: from then on nothing of it changes."""
    return state == SUBMITTED


def may_edit(state: str) -> bool:
    """Whether fields and files may still change."""
    return state == DRAFT


def check_may_edit(state: str) -> None:
    """Raise Refused unless fields and files may still change."""
    if not may_edit(state):
        raise Refused("La domanda è già stata inviata: non si può più cambiare.")
