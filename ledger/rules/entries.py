"""What a journal entry must be before it may touch the books."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import Message, Refused

LARGEST_CENTS = 100_000_000_000  # one billion euro: a slip of the keyboard, not a payment
MOST_LINES = 100
LONGEST_MEMO = 500

_NO_WORDS = ""
SILENT = Message(_NO_WORDS)

_KIND = re.compile(r"[a-z][a-z0-9_.]{1,39}")

Line = tuple[int, int]  # account id, amount in cents


@dataclass(frozen=True, slots=True)
class Entry:
    """One balanced movement: its key, its kind, its lines and what it says to people.

    `lines` are (account id, cents): positive raises what the account's owner is owed.
    `key` names the act for ever: the same act posted again is the same entry.
    `subject` is what caused it, opaque here: a kind and an id of a house above.
    """

    key: str
    kind: str
    lines: Sequence[Line]
    memo: Message = SILENT
    subject: tuple[str, int] | None = None
    reverses: int | None = None


def check(entry: Entry) -> None:
    """Refuse amounts nobody means; raise ValueError for what only a bug can produce.

    Raises Refused for an amount of zero or beyond `LARGEST_CENTS`.
    """
    if not 8 <= len(entry.key) <= 200:
        raise ValueError(f"key must have 8 to 200 characters: {entry.key!r}")
    if not _KIND.fullmatch(entry.kind):
        raise ValueError(f"not a kind of entry: {entry.kind!r}")
    if len(entry.memo.text) > LONGEST_MEMO:
        raise ValueError(f"a memo has at most {LONGEST_MEMO} characters")
    if (entry.kind == "reversal") != (entry.reverses is not None):
        raise ValueError("a reversal names its original, and nothing else does")
    if not 2 <= len(entry.lines) <= MOST_LINES:
        raise ValueError(f"an entry has 2 to {MOST_LINES} lines, not {len(entry.lines)}")
    for _, amount in entry.lines:
        check_amount(amount)
    difference = sum(amount for _, amount in entry.lines)
    if difference:
        raise ValueError(f"entry {entry.key!r} is out of balance, in cents: {difference}")


def check_amount(amount: int) -> None:
    """Refuse an amount that cannot be a movement (zero, or over a billion euro).

    Raises Refused; TypeError for anything but whole cents.
    """
    if type(amount) is not int:
        raise TypeError(f"amounts are integer cents, not {type(amount).__name__}")
    if amount == 0:
        raise Refused("L'importo deve essere diverso da zero.", field="amount")
    if abs(amount) > LARGEST_CENTS:
        raise Refused("L'importo è troppo grande.", field="amount")


def canonical(entry: Entry) -> str:
    """Write down what an entry does with money; the database writes the same text.

    Kind, original, subject and lines, but neither the words nor the person: a retry after
    the wording was improved is still the same act.
    """
    subject = f"{entry.subject[0]}:{entry.subject[1]}" if entry.subject else ":"
    lines = ",".join(f"{account_id}:{amount}" for account_id, amount in entry.lines)
    return f"{entry.kind}\n{entry.reverses or ''}\n{subject}\n{lines}"


def body_hash(entry: Entry) -> bytes:
    """Return the SHA-256 of `canonical`: two bodies under one key cannot be confused."""
    return hashlib.sha256(canonical(entry).encode()).digest()


def mirrored(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that undo these, in the same order."""
    return [(account_id, -amount) for account_id, amount in lines]
