"""Who an act writes to, told before it is done: where its letters go, and whom none reaches.

A page that asks for the act shows its audience and carries the marks of it (`kit.shown`); the act
reads it again under its lock and writes only to whom the page had named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from kit import mail

T = TypeVar("T")


@dataclass(frozen=True)
class Audience(Generic[T]):
    """The addresses an act writes to, and those whom somebody has to tell instead.

    Whoever is `unreached` is shown as its text says it.
    """

    addresses: Sequence[str] = ()
    unreached: Sequence[T] = ()

    @classmethod
    def of(cls, readers: Iterable[tuple[T, str | None]]) -> Self:
        """Make it of everybody who is to be told, each with an address if there is one.

        Who comes with several is reached where one of them takes letters.
        """
        found = [
            (who, email if email and mail.is_address(email) else None) for who, email in readers
        ]
        reached = {who for who, email in found if email}
        left = dict.fromkeys(who for who, _ in found if who not in reached)
        return cls([email for _, email in found if email], list(left))

    @property
    def letters(self) -> int:
        """How many letters the act writes."""
        return len(self.addresses)

    def parts(self) -> dict[str, str]:
        """Give what a page shows of it, as `kit.shown` compares it.

        Another address is another letter, though there are as many as before.
        """
        unreached = sorted(str(each) for each in self.unreached)
        return {"letters": "\n".join(sorted(self.addresses)), "unreached": "\n".join(unreached)}
