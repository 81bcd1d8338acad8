"""What may be done to an application: written while it is a draft and its call takes it."""

from datetime import datetime

from calls.texts.rules.standing import CallTimes, is_past
from kit.errors import Message, Refused

DRAFT, SUBMITTED = "draft", "submitted"


def is_sent(state: str) -> bool:
    """Whether it was received: from then on nothing of it changes."""
    return state == SUBMITTED


def may_edit(state: str, call: CallTimes, now: datetime) -> bool:
    """Whether fields and files may still change: nothing does that could not be sent any more."""
    return state == DRAFT and not is_past(call, now)


def check_may_edit(state: str, call: CallTimes, now: datetime) -> None:
    """Raise Refused unless fields and files may still change."""
    if is_sent(state):
        raise Refused("La domanda è già stata inviata: non si può più cambiare.")
    if not may_edit(state, call, now):
        raise Refused(over(call))


def over(call: CallTimes) -> Message:
    """Say that a draft stays as it is, since its deadline has passed."""
    return Message(
        "Il termine era {deadline}: la bozza non si può più cambiare.", deadline=call.deadline_at
    )
