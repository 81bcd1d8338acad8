"""Posting and reversing: every success, every refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session

from kit.errors import Message, NotFound, Refused
from ledger import accounts, journal
from ledger.refusals import KeyReused, NotEnoughCredit
from ledger.rules.entries import LARGEST_CENTS, Entry
from ledger.tables import Journal, Posting
from tests.ledger import make
from tests.ledger.make import Books

pytestmark = pytest.mark.usefixtures("_clean")


def test_an_entry_is_written_with_its_lines_and_its_audit(
    session: Session, books: Books, now: datetime
) -> None:
    lines = [(books.household, 5000), (books.cash, -5000)]
    memo = Message("Contanti di {name}", name="Anna")
    number = journal.post(
        session,
        key := make.key(),
        "top_up.cash",
        lines,
        actor_id=7,
        now=now,
        memo=memo,
        subject=("top_up", 3),
    )
    header = session.get_one(Journal, number)
    assert (header.key, header.kind, header.actor_id, header.n_lines) == (key, "top_up.cash", 7, 2)
    assert (header.memo, header.memo_values) == ("Contanti di {name}", {"name": "Anna"})
    assert (header.subject_kind, header.subject_id, header.effective_at) == ("top_up", 3, now)
    assert journal.lines(session, number) == lines
    assert journal.find(session, key) == number
    audited = session.execute(
        text("select actor_id, action, after ->> 'key' from audit_event where subject_id = :n"),
        {"n": number},
    ).one()
    assert tuple(audited) == (7, "ledger.journal.posted", key)


def test_the_same_act_under_the_same_key_is_posted_once(session: Session, books: Books) -> None:
    make.top_up(session, books, 5000)
    first = make.charge(session, books, 1200, "charge:booking:1")
    assert make.charge(session, books, 1200, "charge:booking:1") == first
    assert accounts.balance(session, books.household) == 3800


def test_a_replay_needs_no_credit_any_more(session: Session, books: Books) -> None:
    make.top_up(session, books, 1200)
    first = make.charge(session, books, 1200, "charge:booking:2")
    assert make.charge(session, books, 1200, "charge:booking:2") == first


def test_another_act_under_the_same_key_is_refused(session: Session, books: Books) -> None:
    make.top_up(session, books, 5000)
    make.charge(session, books, 1200, "charge:booking:3")
    with pytest.raises(KeyReused):
        make.charge(session, books, 1201, "charge:booking:3")
    assert accounts.balance(session, books.household) == 3800


def test_a_debit_below_the_limit_is_refused_and_says_what_is_missing(
    session: Session, books: Books
) -> None:
    make.top_up(session, books, 1000)
    with pytest.raises(NotEnoughCredit, match="mancano 2,50") as refused:
        make.charge(session, books, 1250)
    assert (refused.value.account_id, refused.value.missing_cents) == (books.household, 250)
    assert accounts.balance(session, books.household) == 1000


def test_a_debit_down_to_the_limit_passes(session: Session, books: Books) -> None:
    make.top_up(session, books, 1000)
    make.charge(session, books, 1000)
    assert accounts.balance(session, books.household) == 0


def test_a_dispute_may_go_below_the_limit(session: Session, books: Books, now: datetime) -> None:
    lines = [(books.household, -900), (books.cash, 900)]
    journal.post(session, make.key(), "dispute", lines, actor_id=None, now=now)
    assert accounts.balance(session, books.household) == -900


@pytest.mark.parametrize("amount", [0, LARGEST_CENTS + 1])
def test_an_amount_nobody_means_is_refused(
    session: Session, books: Books, now: datetime, amount: int
) -> None:
    with pytest.raises(Refused):
        lines = [(books.household, amount), (books.cash, -amount)]
        journal.post(session, make.key(), "charge", lines, actor_id=7, now=now)


def test_an_unknown_account_is_not_found(session: Session, books: Books, now: datetime) -> None:
    with pytest.raises(NotFound):
        lines = [(books.household, 100), (2**62, -100)]
        journal.post(session, make.key(), "charge", lines, actor_id=7, now=now)


def test_a_reversal_undoes_an_entry_and_names_it(
    session: Session, books: Books, now: datetime
) -> None:
    make.top_up(session, books, 5000)
    charged = make.charge(session, books, 1200)
    undone = journal.reverse(session, charged, make.key(), 7, now, memo="Consegna mancata")
    assert journal.lines(session, undone) == [(books.household, 1200), (books.producer, -1200)]
    header = session.get_one(Journal, undone)
    assert (header.kind, header.reverses, header.memo) == ("reversal", charged, "Consegna mancata")
    assert accounts.balance(session, books.household) == 5000


def test_a_reversal_keeps_the_words_and_the_cause_of_its_original(
    session: Session, books: Books, now: datetime
) -> None:
    lines = [(books.household, 100), (books.cash, -100)]
    memo, subject = Message("Per {what}", what="prova"), ("top_up", 4)
    posted = journal.post(
        session, make.key(), "top_up", lines, actor_id=7, now=now, memo=memo, subject=subject
    )
    undone = session.get_one(Journal, journal.reverse(session, posted, make.key(), 7, now))
    assert (undone.memo, undone.memo_values) == ("Per {what}", {"what": "prova"})
    assert (undone.subject_kind, undone.subject_id) == ("top_up", 4)


def test_a_reversal_sent_twice_happens_once(session: Session, books: Books, now: datetime) -> None:
    posted = make.top_up(session, books, 5000)
    key = make.key("reverse")
    first = journal.reverse(session, posted, key, 7, now)
    assert journal.reverse(session, posted, key, 7, now) == first
    assert accounts.balance(session, books.household) == 0


def test_an_entry_is_reversed_once(session: Session, books: Books, now: datetime) -> None:
    posted = make.top_up(session, books, 5000)
    journal.reverse(session, posted, make.key(), 7, now)
    with pytest.raises(Refused, match="già stato stornato"):
        journal.reverse(session, posted, make.key(), 7, now)


def test_a_reversal_is_not_reversed(session: Session, books: Books, now: datetime) -> None:
    undone = journal.reverse(session, make.top_up(session, books, 5), make.key(), 7, now)
    with pytest.raises(Refused, match="non si storna"):
        journal.reverse(session, undone, make.key(), 7, now)


def test_what_was_never_posted_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        journal.reverse(session, 2**62, make.key(), 7, now)


def test_a_mistake_can_be_undone_after_the_money_was_spent(
    session: Session, books: Books, now: datetime
) -> None:
    wrong = make.top_up(session, books, 5000)
    make.charge(session, books, 4000)
    journal.reverse(session, wrong, make.key(), 7, now)
    assert accounts.balance(session, books.household) == -4000


def test_many_are_posted_in_order_and_only_once(
    session: Session, books: Books, now: datetime
) -> None:
    make.top_up(session, books, 1000)
    make.top_up(session, books, 1000, books.neighbour)
    entries = [
        Entry(make.key(), "charge", [(account_id, -300), (books.producer, 300)])
        for account_id in (books.neighbour, books.household, books.neighbour)
    ]
    numbers = journal.post_many(session, entries[:2], 7, now)
    assert numbers == sorted(numbers)
    again = journal.post_many(session, entries, 7, now)
    assert again[:2] == numbers
    assert accounts.balances(session, [books.household, books.neighbour, books.producer]) == {
        books.household: 700,
        books.neighbour: 400,
        books.producer: 900,
    }


def test_of_many_all_or_none_are_posted(session: Session, books: Books, now: datetime) -> None:
    make.top_up(session, books, 300)
    entries = [
        Entry(make.key(), "charge", [(account_id, -300), (books.producer, 300)])
        for account_id in (books.household, books.neighbour)
    ]
    with pytest.raises(NotEnoughCredit) as refused:
        journal.post_many(session, entries, 7, now)
    assert refused.value.account_id == books.neighbour
    assert refused.value.remember is None
    assert accounts.balance(session, books.household) == 300


def test_one_key_twice_among_many_is_an_error(
    session: Session, books: Books, now: datetime
) -> None:
    one = Entry(make.key(), "charge", [(books.cash, -300), (books.producer, 300)])
    with pytest.raises(ValueError, match="one key"):
        journal.post_many(session, [one, one], 7, now)
    assert journal.post_many(session, [], 7, now) == []


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_settling_many_households_takes_as_many_statements_as_settling_one(
    session: Session, connection: Connection, now: datetime
) -> None:
    producer = accounts.open(session, make.key("p"), "producer", "producer:1")
    cash = accounts.open(session, make.key("c"), "cash", "centre:1")

    def settle(n: int) -> int:
        ids = [accounts.open(session, make.key("h"), "household", "h:1", 0) for _ in range(n)]
        ups = [Entry(make.key(), "top_up", [(id_, 900), (cash, -900)]) for id_ in ids]
        journal.post_many(session, ups, 7, now)
        entries = [
            Entry(make.key(), "charge", [(id_, -700), (id_, -50), (producer, 750)]) for id_ in ids
        ]
        with statements(connection) as seen:
            journal.post_many(session, entries, 7, now)
        assert set(accounts.balances(session, ids).values()) == {150}
        return len(seen)

    assert settle(1) == settle(300) == 7


def test_entries_and_lines_are_stamped_by_the_database(session: Session, books: Books) -> None:
    number = make.top_up(session, books, 100)
    header = session.get_one(Journal, number)
    stamps = session.execute(
        select(Posting.transaction_id).where(Posting.journal_id == number)
    ).scalars()
    assert set(stamps) == {header.transaction_id}
