"""What comes to something that was sent already: said, and given back to whoever wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import Message


@dataclass(frozen=True)
class NotInIt:
    """What came after the sending: that it is not in what was sent, and as it was written.

    `written` has pairs of a label and a text (a sentence where a choice says it).
    """

    message: Message
    written: Sequence[tuple[Message, str | Message]] = ()
