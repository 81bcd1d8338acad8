"""Two treasurers undo the same cash at once: one does it, the other is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from kit import db, shown
from kit.errors import Refused
from ledger import accounts, checks, top_ups
from market import treasuries
from tests import make as people
from tests.market import make


@pytest.fixture
def slip(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        at = make.world(session)
        found = people.actor(session, None, ("treasurer", "centre", at.centre.id))
        family = make.household(session, at, credit=0)
        entry = treasuries.take_cash(
            session, found, family.id, 100_000, form_key="r" * 32, now=at.now
        )
        centre_id, account_id = at.centre.id, family.account_id
    return found, centre_id, entry, account_id, at.now


def undo_twice_at_once(slip: Any) -> list[Any]:
    treasurer, centre_id, entry, _, now = slip
    both = threading.Barrier(2)

    def undo(_: int) -> Any:
        with db.transaction() as session:
            mistake = treasuries.cash_mistake(session, treasurer, centre_id, entry)
            seen = shown.pack(mistake.parts())
            both.wait(10)
            return treasuries.undo_cash(session, treasurer, mistake, "erano 10 €", now, seen=seen)

    def tried(number: int) -> Any:
        try:
            return undo(number)
        except (Refused, IntegrityError) as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(tried, range(2)))


def balance(slip: Any) -> int:
    with db.transaction() as session:
        assert checks.violations(session) == []
        return accounts.balance(session, slip[3])


def test_one_undoes_it_and_the_other_reads_that_it_is_done(slip):
    found = undo_twice_at_once(slip)
    refused = [each for each in found if isinstance(each, Refused)]
    assert len(refused) == 1 and "già stata corretta" in str(refused[0].message)
    assert balance(slip) == 0


def test_without_the_lock_the_other_is_told_nothing_of_what_became_of_it(slip, monkeypatch):
    """The control: the key of the counter-entry still lets it be written once."""
    both, undo = threading.Barrier(2), top_ups.undo_cash

    def slowly(*args: Any) -> Any:
        both.wait(10)
        return undo(*args)

    monkeypatch.setattr(accounts, "lock", lambda *_: None)
    monkeypatch.setattr(top_ups, "undo_cash", slowly)
    found = undo_twice_at_once(slip)
    monkeypatch.undo()
    assert not any("già stata corretta" in str(getattr(each, "message", "")) for each in found)
    assert balance(slip) == 0
