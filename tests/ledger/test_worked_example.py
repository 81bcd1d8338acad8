"""The worked example of docs/ledger.md, played on the real books."""

import re
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from ledger import accounts, checks, journal, statements, top_ups
from tests.ledger import make
from tests.ledger.make import Books

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")


def figures(line: str) -> list[int]:
    """Read the signed cents of a row of the page."""
    return [int(found.replace("−", "-")) for found in re.findall(r"[+−]?\d{2,5}\b", line)]


def rows() -> list[list[int]]:
    table = re.findall(r"^\| (?:\d|\*\*Balance\*\*) \|.*$", PAGE, re.MULTILINE)
    return [figures(row) for row in table]


def test_the_page_tells_what_the_books_do(session: Session, books: Books, now: datetime) -> None:
    actor = make.treasurer(now)

    def cash(cents: int) -> int:
        return top_ups.record_cash(
            session, actor, books.household, books.cash, cents, key=make.key(), now=now
        )

    goods = [(books.household, -3360), (books.producer, 3240), (books.transport, 120)]
    first = cash(5000)
    charge = journal.post(session, make.key(), "charge", goods, actor_id=7, now=now)
    third, fourth = cash(1000), cash(1000)
    undone = journal.reverse(session, fourth, make.key(), 7, now)
    written = [
        [cents for _, cents in journal.lines(session, number)]
        for number in (first, charge, third, fourth, undone)
    ]
    ids = [books.household, books.cash, books.producer, books.transport]
    found = accounts.balances(session, ids)
    assert rows() == [*written, [found[id_] for id_ in ids]]
    told = re.search(r"newest first, with the running balance: (.*)\.", PAGE)
    assert told is not None
    lines = statements.of(session, books.household)
    assert figures(told.group(1)) == [
        cents for one in lines for cents in (one.amount_cents, one.balance_cents)
    ]
    assert checks.violations(session) == []


def test_the_page_names_every_invariant_that_is_checked() -> None:
    for name, _, _ in checks._INVARIANTS:
        assert re.search(rf"^\| {name} \|", PAGE, re.MULTILINE), name
