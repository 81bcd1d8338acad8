"""What may be done to an application: written while it is a draft and its call takes it."""

from datetime import datetime

from calls.texts.rules.standing import CallTimes, is_past
from kit.errors import Message, Refused

DRAFT, SUBMITTED = "draft", "submitted"


def is_sent(state: str) -> bool:
    """Whether it was received: from then on nothing of it changes."""
    return state == SUBMITTED


def may_edit(state: str, call: CallTimes, at: datetime) -> bool:
    """Whether what arrived `at` may change fields and files: so long as it could be sent."""
    return state == DRAFT and not is_past(call, at)


def check_may_edit(state: str, call: CallTimes, at: datetime) -> None:
    """Raise Refused unless what arrived `at` may still change fields and files."""
    if is_sent(state):
        raise Refused("La domanda è già stata inviata: non si può più cambiare.")
    if not may_edit(state, call, at):
        raise Refused(over(call))


def over(call: CallTimes) -> Message:
    """Say that a draft stays as it is, since its deadline has passed."""
    return Message(
        "Il termine era {deadline}: la bozza non si può più cambiare.", deadline=call.deadline_at
    )
