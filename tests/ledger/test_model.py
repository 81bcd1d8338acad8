"""The books against a model that is nothing but a dictionary of balances."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from kit import clock, db
from kit.errors import Refused
from ledger import accounts, checks, journal, statements
from ledger.refusals import KeyReused, NotEnoughCredit
from ledger.rules.entries import Entry
from tests.conftest import Committed
from tests.ledger import make

FLOORS = (0, 0, -2000)
CENTS = st.integers(1, 3000)
HOUSEHOLD = st.integers(0, len(FLOORS) - 1)


class BooksAndModel(RuleBasedStateMachine):
    """Top-ups, charges, settlements, disputes, reversals, replays, two at once."""

    posted = Bundle("posted")

    @initialize()
    def open_accounts(self) -> None:
        with db.transaction() as session:
            self.cash = accounts.open(session, make.key("m"), "cash", "c")
            self.producer = accounts.open(session, make.key("m"), "producer", "p")
            self.households = [
                accounts.open(session, make.key("m"), "household", "h", floor) for floor in FLOORS
            ]
        self.floors = dict(zip(self.households, FLOORS, strict=True))
        self.model = dict.fromkeys([*self.households, self.cash, self.producer], 0)
        self.history: dict[int, list[int]] = {id_: [] for id_ in self.model}
        self.undone: set[int] = set()
        self.keys: dict[str, tuple[Entry, int]] = {}

    def act(self, *entries: Entry) -> list[int] | Refused:
        """Post in a transaction of its own; tell the answer."""
        try:
            with db.transaction() as session:
                now = clock.now(session)
                if len(entries) > 1:
                    return journal.post_many(session, entries, 7, now)
                one = entries[0]
                return [journal.post(session, one.key, one.kind, one.lines, actor_id=7, now=now)]
        except Refused as refused:
            return refused

    def learn(self, entry: Entry, number: int) -> None:
        self.keys[entry.key] = (entry, number)
        for account_id, cents in entry.lines:
            self.model[account_id] += cents
            self.history[account_id].append(self.model[account_id])

    def fits(self, entry: Entry) -> bool:
        return all(
            cents > 0 or self.model[id_] + cents >= self.floors.get(id_, -(10**12))
            for id_, cents in entry.lines
        )

    def entry(self, kind: str, household: int, cents: int) -> Entry:
        other = self.cash if kind != "charge" else self.producer
        signed = cents if kind == "top_up" else -cents
        lines = ((self.households[household], signed), (other, -signed))
        return Entry(make.key(kind), kind, lines)

    @rule(target=posted, kind=st.sampled_from(["top_up", "charge"]), who=HOUSEHOLD, cents=CENTS)
    def post(self, kind: str, who: int, cents: int) -> Any:
        entry = self.entry(kind, who, cents)
        answer = self.act(entry)
        if not self.fits(entry):
            assert isinstance(answer, NotEnoughCredit)
            with_same_key = self.act(entry)
            assert isinstance(with_same_key, Refused)
            return multiple()
        assert isinstance(answer, list)
        self.learn(entry, answer[0])
        return entry.key

    @rule(target=posted, who=HOUSEHOLD, cents=CENTS)
    def dispute(self, who: int, cents: int) -> Any:
        entry = self.entry("dispute", who, cents)
        answer = self.act(entry)
        assert isinstance(answer, list)
        self.learn(entry, answer[0])
        return entry.key

    @rule(costs=st.lists(CENTS, min_size=2, max_size=3))
    def settle(self, costs: list[int]) -> None:
        entries = [self.entry("charge", who, cents) for who, cents in enumerate(costs)]
        answer = self.act(*entries)
        if all(self.fits(entry) for entry in entries):
            assert isinstance(answer, list)
            for entry, number in zip(entries, answer, strict=True):
                self.learn(entry, number)
        else:
            assert isinstance(answer, NotEnoughCredit)

    @rule(key=posted)
    def replay(self, key: str) -> None:
        entry, number = self.keys[key]
        assert self.act(entry) == [number]

    @rule(key=posted, cents=CENTS)
    def reuse_the_key(self, key: str, cents: int) -> None:
        entry, _ = self.keys[key]
        answer = self.act(Entry(key, entry.kind, ((self.cash, cents), (self.producer, -cents))))
        assert isinstance(answer, KeyReused)

    @rule(key=posted)
    def reverse(self, key: str) -> None:
        entry, number = self.keys[key]
        mirror = Entry(
            make.key("reverse"),
            "reversal",
            tuple((id_, -cents) for id_, cents in entry.lines),
            reverses=number,
        )
        try:
            with db.transaction() as session:
                undone = journal.reverse(session, number, mirror.key, 7, clock.now(session))
        except Refused:
            assert number in self.undone
            return
        assert number not in self.undone
        self.undone.add(number)
        self.learn(mirror, undone)

    @rule(who=HOUSEHOLD, one=CENTS, other=CENTS)
    def charge_twice_at_once(self, who: int, one: int, other: int) -> None:
        entries = [self.entry("charge", who, cents) for cents in (one, other)]
        start = threading.Barrier(2)

        def run(entry: Entry) -> list[int] | Refused:
            start.wait(10)
            return self.act(entry)

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(run, entries))
        done = [
            (answer[0], entry)
            for answer, entry in zip(answers, entries, strict=True)
            if isinstance(answer, list)
        ]
        refused = [e for a, e in zip(answers, entries, strict=True) if not isinstance(a, list)]
        for number, entry in sorted(done, key=lambda pair: pair[0]):
            assert self.fits(entry)
            self.learn(entry, number)
        assert not any(self.fits(entry) for entry in refused)

    @invariant()
    def books_and_model_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        with db.transaction() as session:
            assert accounts.balances(session, self.model) == self.model
            assert checks.violations(session) == []

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        with db.transaction() as session:
            for account_id, balances in self.history.items():
                told = [one.balance_cents for one in statements.every(session, account_id, page=3)]
                assert told[::-1] == balances


def test_the_books_agree_with_a_dictionary_whatever_happens(committed: Committed) -> None:
    db.configure(committed.engine)
    run_state_machine_as_test(
        BooksAndModel,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
