"""Months of random acts on a few orders: the invariants hold after every single one."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from kit.errors import PersonError
from ledger import checks as ledger_checks
from market import checks, settlements
from market.bookings import lines
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask
from market.closings import closings, dry_runs
from market.group_orders import opening
from tests.market import make

ACTS = ("set_line",) * 10 + ("set_lines",) * 4 + ("close", "settle", "settle", "open", "top_up")
RARE = ("cancel",)


class History:
    """A seeded season: orders are opened, booked in, closed, settled, cancelled in any order."""

    def __init__(self, session, seed):
        self.session, self.chance = session, random.Random(seed)
        self.at = make.world(session)
        kinds = [
            {},
            {"available": 12, "price_micros": 275_000},
            {"case_size": 6, "whole_cases": True, "price_micros": 1_333_333},
            {"case_size": 4, "whole_cases": True, "available": 15},
            {"step": 2, "minimum": 2, "maximum": 8},
        ]
        self.products = [make.pieces(session, self.at, unit_weight_g=300, **k) for k in kinds]
        self.families = [make.household(session, self.at, credit=6000) for _ in range(5)]
        self.orders, self.settled = [], 0
        self.open()

    def place(self):
        return BookingKey(
            self.chance.choice(self.orders[-3:]), self.chance.choice(self.families).id
        )

    def ask(self, product):
        wanted = self.chance.randint(0, 7)
        return Ask(product.id, wanted, wanted + self.chance.choice([0, 0, 1, 4]))

    def set_line(self):
        ask = self.ask(self.chance.choice(self.products))
        lines.set_line(self.session, self.at.coordinator, self.place(), ask, self.at.now)

    def set_lines(self):
        asks = [self.ask(product) for product in self.products]
        lines.set_lines(self.session, self.at.coordinator, self.place(), asks, self.at.now)

    def open(self):
        terms = replace(
            self.at.terms,
            transport_cents=self.chance.choice([0, 100, 1001]),
            transport_by=self.chance.choice(["value", "weight", "quantity", "equal"]),
            closes_at=self.at.now + timedelta(days=2),
        )
        if len(self.orders) < 12:
            actor, now = self.at.coordinator, self.at.now
            self.orders.append(opening.open_(self.session, actor, terms, now))

    def close(self):
        actor, order_id = self.at.coordinator, self.chance.choice(self.orders)
        seen = dry_runs.dry_run(self.session, actor, order_id)
        closed = closings.close(self.session, actor, order_id, seen.token, self.at.now)
        assert closed == seen
        assert sum(h.transport_cents for h in closed.households) == closed.transport_cents

    def settle(self):
        order_id = self.chance.choice(self.orders)
        settlements.settle(self.session, self.at.coordinator, order_id, self.at.now)
        self.settled += 1

    def cancel(self):
        order_id = self.chance.choice(self.orders)
        opening.cancel(self.session, self.at.coordinator, order_id, "", self.at.now)

    def top_up(self):
        make.top_up(self.session, self.chance.choice(self.families).account_id, 1500, self.at.now)


@pytest.mark.parametrize("seed", range(3))
def test_every_act_keeps_every_invariant(session, seed):
    history, done = History(session, seed), 0
    for _ in range(120):
        act = history.chance.choice(ACTS * 2 + RARE)
        try:
            with session.begin_nested():
                getattr(history, act)()
            done += 1
        except PersonError:
            pass
        session.expire_all()
        assert checks.violations(session) == [], (seed, act)
    assert ledger_checks.violations(session) == []
    assert done > 20 and history.settled
