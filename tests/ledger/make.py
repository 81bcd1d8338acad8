"""A small set of books to test with, and a way to write into them behind the code's back."""

import hashlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import clock
from ledger import accounts, journal
from people.actors import Actor

_numbers = itertools.count(1)


def key(stem: str = "test") -> str:
    """A key nobody used before."""
    return f"{stem}:{os.getpid()}:{os.urandom(4).hex()}:{next(_numbers)}"


def treasurer(now: datetime, person_id: int = 7) -> Actor:
    """Somebody who acts; the ledger reads only the id."""
    return Actor(person_id, "Carla", "carla@example.org", "it", 1, frozenset(), now)


@dataclass(frozen=True)
class Books:
    """The accounts of one centre: two households with a limit of 0, the rest without."""

    household: int
    neighbour: int
    cash: int
    producer: int
    transport: int
    opening: int


def books(session: Session) -> Books:
    """Open the accounts of a centre of its own."""
    centre = f"centre:{key('c')}"

    def opened(name: str, kind: str, min_balance: int | None = None) -> int:
        return accounts.open(session, f"{centre}:{name}", kind, f"{kind}:1", min_balance)

    return Books(
        household=opened("household:1", "household", 0),
        neighbour=opened("household:2", "household", 0),
        cash=opened("cash", "cash"),
        producer=opened("producer:1", "producer"),
        transport=opened("transport", "transport"),
        opening=opened("opening", "opening"),
    )


def top_up(session: Session, of: Books, cents: int, account_id: int | None = None) -> int:
    """Put money on a household's account (the first one's by default)."""
    lines = [(account_id or of.household, cents), (of.cash, -cents)]
    now = clock.now(session)
    return journal.post(session, key(), "top_up.cash", lines, actor_id=7, now=now, memo="Contanti")


def charge(session: Session, of: Books, cents: int, key_: str | None = None) -> int:
    """Charge the first household for what a producer delivered."""
    lines = [(of.household, -cents), (of.producer, cents)]
    now = clock.now(session)
    return journal.post(session, key_ or key(), "charge", lines, actor_id=7, now=now)


RawLine = tuple[int, int, int, int | None, int | None]  # line, account, cents, seq, balance


def raw_number(session: Session) -> int:
    """Take an entry number as the code does."""
    return session.execute(text("select nextval('journal_id_seq')")).scalar_one()


def raw_lines(session: Session, journal_id: int, lines: Sequence[RawLine]) -> None:
    """Write lines without asking any rule."""
    for line, account_id, amount, seq, balance in lines:
        session.execute(
            text(
                "insert into posting (journal_id, line, account_id, amount, account_seq,"
                " balance_after) values (:j, :l, :a, :m, :s, :b)"
            ),
            {"j": journal_id, "l": line, "a": account_id, "m": amount, "s": seq, "b": balance},
        )


def raw_header(
    session: Session, journal_id: int, lines: Sequence[RawLine], **changed: object
) -> None:
    """Write a header that fits the lines, but for what is `changed`."""
    kind = changed.get("kind", "charge")
    reverses = changed.get("reverses")
    said = ",".join(f"{account_id}:{amount}" for _, account_id, amount, _, _ in lines)
    body = hashlib.sha256(f"{kind}\n{reverses or ''}\n:\n{said}".encode()).digest()
    session.execute(
        text(
            "insert into journal (id, key, body_hash, kind, n_lines, reverses, effective_at)"
            " values (:id, :key, :body_hash, :kind, :n_lines, :reverses, clock_timestamp())"
        ),
        {
            "id": journal_id,
            "key": key("raw"),
            "body_hash": body,
            "kind": kind,
            "n_lines": len(lines),
            "reverses": reverses,
            **changed,
        },
    )


def raw_entry(session: Session, lines: Sequence[RawLine], **changed: object) -> int:
    """Write a whole entry without asking any rule."""
    journal_id = raw_number(session)
    raw_lines(session, journal_id, lines)
    raw_header(session, journal_id, lines, **changed)
    return journal_id
