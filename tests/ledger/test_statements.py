"""Statements of accounts."""

from datetime import datetime

from sqlalchemy.orm import Session

from kit.errors import Message
from ledger import journal, statements
from tests.ledger import make
from tests.ledger.make import Books


def test_a_statement_tells_newest_first_what_happened_and_what_it_came_to(
    session: Session, books: Books, now: datetime
) -> None:
    make.top_up(session, books, 5000)
    memo = Message("Consegna del {day}", day="3 dicembre")
    charged = journal.post(
        session,
        make.key(),
        "charge",
        [(books.household, -1100), (books.household, -100), (books.producer, 1200)],
        actor_id=7,
        now=now,
        memo=memo,
        subject=("booking", 12),
    )
    undone = journal.reverse(session, charged, make.key(), 7, now)
    lines = statements.of(session, books.household)
    assert [(one.amount_cents, one.balance_cents, str(one.label)) for one in lines] == [
        (100, 5000, "Storno"),
        (1100, 4900, "Storno"),
        (-100, 3800, "Addebito"),
        (-1100, 3900, "Addebito"),
        (5000, 5000, "Ricarica in contanti"),
    ]
    assert str(lines[2].memo) == "Consegna del 3 dicembre"
    assert (lines[2].subject, lines[2].reversed_by) == (("booking", 12), undone)
    assert (lines[0].reverses, lines[4].subject, lines[4].effective_at) == (
        charged,
        None,
        lines[4].effective_at,
    )


def test_pages_join_without_gap_or_double(session: Session, books: Books) -> None:
    for cents in range(1, 12):
        make.top_up(session, books, cents)
    for account_id in (books.household, books.cash):
        whole = statements.of(session, account_id)
        paged, before = [], None
        while page := statements.of(session, account_id, before=before, limit=4):
            paged += page
            before = page[-1].position
        assert paged == whole == list(statements.every(session, account_id, page=4))
        assert [abs(one.balance_cents) for one in whole] == [
            66, 55, 45, 36, 28, 21, 15, 10, 6, 3, 1,
        ]  # fmt: skip


def test_an_account_without_a_limit_has_a_running_balance_on_paper_too(
    session: Session, books: Books
) -> None:
    make.top_up(session, books, 300)
    make.top_up(session, books, 200, books.neighbour)
    lines = statements.of(session, books.cash)
    assert [one.balance_cents for one in lines] == [-500, -300]


def test_an_account_that_never_moved_has_an_empty_statement(session: Session, books: Books) -> None:
    assert statements.of(session, books.transport) == []
    assert list(statements.every(session, books.transport)) == []
