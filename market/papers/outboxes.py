"""What became of the letters about an order: the producer's sheet, and those that reach nobody."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kit import letters
from kit.errors import Message
from kit.letters import WrittenLetter
from market import audiences


@dataclass(frozen=True, slots=True)
class Outbox:
    """What became of the letters about an order: the producer's sheet, those who get none."""

    sheet: WrittenLetter | None
    by_voice: list[WrittenLetter]

    def voices_in_words(self) -> Message | None:
        """Name who is to be told by voice; None where everybody is reached."""
        return audiences.by_voice(list(dict.fromkeys(letter.to for letter in self.by_voice)))


def outbox(session: Session, group_order_id: int) -> Outbox:
    """Read what became of the letters about an order (one statement)."""
    sheet_key = audiences.sheet_key(group_order_id)
    below = f"group-order:{group_order_id}"
    found = letters.written(session, sheet_key, unreached_below=below, by_reader=True)
    sheets = [letter for letter in found if letter.key == sheet_key]
    return Outbox(
        sheets[0] if sheets else None, [letter for letter in found if letter.key != sheet_key]
    )
