"""Many at once on the same accounts; the controls show that the races are real."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kit import clock, db
from kit.errors import Refused
from ledger import accounts, checks, journal
from ledger.refusals import KeyReused, NotEnoughCredit
from ledger.rules.entries import Entry
from tests.conftest import Committed
from tests.ledger import make
from tests.ledger.make import Books


@pytest.fixture
def books(committed: Committed) -> Iterator[Books]:
    """Committed books; whatever the race did, they are in order afterwards."""
    db.configure(committed.engine)
    with db.transaction() as session:
        found = make.books(session)
    yield found
    with db.transaction() as session:
        assert checks.violations(session) == []


def at_once(n: int, act: Callable[[Session, int], Any]) -> list[Any]:
    """Let n threads act in transactions of their own; return results and errors."""
    start = threading.Barrier(n)

    def run(number: int) -> Any:
        start.wait(10)
        try:
            with db.transaction() as session:
                return act(session, number)
        except (Refused, IntegrityError) as error:
            return error

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n)))


def balance(account_id: int) -> int:
    with db.transaction() as session:
        return accounts.balance(session, account_id)


def hold_after_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make two writers wait for each other between reading an account and writing to it."""
    both, read = threading.Barrier(2), journal._standings

    def slowly(*args: Any) -> Any:
        found = read(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(journal, "_standings", slowly)


def test_two_entries_on_one_account_follow_one_another(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_after_reading(monkeypatch)
    results = at_once(2, lambda session, n: make.top_up(session, books, 100 + n))
    assert all(type(one) is int for one in results)
    assert balance(books.household) == 201


def test_control_without_the_lock_two_entries_collide(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "lock", lambda *_: None)
    hold_after_reading(monkeypatch)
    results = at_once(2, lambda session, n: make.top_up(session, books, 100 + n))
    assert sorted(type(one).__name__ for one in results) == ["IntegrityError", "int"]
    assert balance(books.household) in (100, 101)


def test_sixteen_spend_what_is_enough_for_ten(books: Books) -> None:
    with db.transaction() as session:
        make.top_up(session, books, 1000)
    results = at_once(16, lambda session, _: make.charge(session, books, 100))
    assert len([one for one in results if type(one) is int]) == 10
    assert len([one for one in results if isinstance(one, NotEnoughCredit)]) == 6
    assert (balance(books.household), balance(books.producer)) == (0, 1000)


def test_one_act_sent_eight_times_happens_once(books: Books) -> None:
    with db.transaction() as session:
        make.top_up(session, books, 1000)
    key = make.key("charge")
    results = at_once(8, lambda session, _: make.charge(session, books, 100, key))
    assert len(set(results)) == 1
    assert balance(books.household) == 900


def test_one_key_for_two_acts_on_different_accounts_serves_one(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_after_reading(monkeypatch)
    key = make.key()
    pairs = [(books.cash, books.producer), (books.transport, books.opening)]

    def act(session: Session, n: int) -> int:
        lines = [(pairs[n][0], 5), (pairs[n][1], -5)]
        now = clock.now(session)
        return journal.post(session, key, "payout", lines, actor_id=7, now=now)

    results = at_once(2, act)
    assert sorted(type(one).__name__ for one in results) == ["KeyReused", "int"]
    assert any(isinstance(one, KeyReused) for one in results)


def test_an_entry_reversed_by_many_at_once_is_reversed_once(books: Books) -> None:
    with db.transaction() as session:
        posted = make.top_up(session, books, 1000)
    results = at_once(
        8,
        lambda session, _: journal.reverse(
            session, posted, make.key("reverse"), 7, clock.now(session)
        ),
    )
    assert len([one for one in results if type(one) is int]) == 1
    assert len([one for one in results if isinstance(one, Refused)]) == 7
    assert balance(books.household) == 0


def test_settlements_over_the_same_households_never_deadlock(books: Books) -> None:
    with db.transaction() as session:
        ids = [accounts.open(session, make.key("h"), "household", "h:1", 0) for _ in range(12)]
        ups = [Entry(make.key(), "top_up", [(id_, 6000), (books.cash, -6000)]) for id_ in ids]
        journal.post_many(session, ups, 7, clock.now(session))

    def settle(session: Session, n: int) -> int:
        order = ids[n:] + ids[:n] if n % 2 else ids[::-1]
        entries = [
            Entry(f"settle:{books.cash}:{n}:{id_}", "charge", [(id_, -100), (books.producer, 100)])
            for id_ in order
        ]
        return len(journal.post_many(session, entries, 7, clock.now(session)))

    assert at_once(8, settle) == [12] * 8
    with db.transaction() as session:
        assert set(accounts.balances(session, ids).values()) == {6000 - 800}


def test_a_refusal_and_the_same_act_at_once_leave_one_answer(books: Books) -> None:
    key = make.key("charge")

    def act(session: Session, n: int) -> int:
        if n == 0:
            return make.top_up(session, books, 100)
        return make.charge(session, books, 100, key)

    at_once(6, act)
    with db.transaction() as session:
        posted = journal.find(session, key)
    with suppress(Refused), db.transaction() as session:
        assert make.charge(session, books, 100, key) == posted
    assert balance(books.household) == (100 if posted is None else 0)


def test_an_account_opened_by_many_at_once_is_one(books: Books) -> None:
    code = make.key("centre")
    results = at_once(
        6, lambda session, _: accounts.open(session, code, "household", "household:9", 0)
    )
    assert len(set(results)) == 1
    assert type(results[0]) is int
