"""The market's invariants: each breach is found and named, whatever the order's state."""

import pytest
from sqlalchemy import text

from market import checks, settlements
from market.closings import closings, dry_runs
from tests.market import make

BREACHES = [
    ("update household set commitment_cents = commitment_cents + 1", "I9 commitments"),
    ("update booking set committed_cents = committed_cents + 1", "I9 bookings"),
    ("update booking set wanted_cents = wanted_cents + 1", "bookings"),
    ("update offer set wanted = wanted - 1 where wanted > 0", "I10 offers"),
    ("update booking_line set amount_cents = amount_cents + 1, at_most_cents = 10^9", "amounts"),
    ("update group_order set state = 'settled'", "I8 settled"),
    ("update group_order set state = 'cancelled'", "I9 bookings"),
    ("update group_order set ordered_cents = 0", "ordered"),
    ("update producer set owner_centre_id = null", "producers"),
    (
        "with new as (insert into centre (code, name, municipality, transport_account_id,"
        " created_at) select 'ALTRO', 'Altro', municipality, transport_account_id, created_at"
        " from centre limit 1 returning id) update producer set owner_centre_id = new.id from new",
        "producers",
    ),
]
CLOSED = [
    ("update booking set transport_cents = transport_cents + 1", "closings"),
    ("update offer set assigned = 0, cases = 0 where whole_cases", "closings"),
    ("update booking set committed_cents = 0", "I9 bookings"),
    # What closing held before it knew cuts and transport: "at most".
    (
        "update booking b set committed_cents = (select sum(at_most_cents) from booking_line l"
        " where l.booking_id = b.id)",
        "I9 bookings",
    ),
    ("update group_order set ordered_cents = ordered_cents + 1", "ordered"),
    ("update group_order set ordered_cents = null", "ordered"),
    ("update group_order set state = 'empty'", "ordered"),
]
EMPTY = [
    ("update group_order set state = 'closed'", "ordered"),
    ("update group_order set ordered_cents = 1", "ordered"),
    ("update booking set transport_cents = 1", "closings"),
    ("update booking set committed_cents = 1", "I9 bookings"),
]
SETTLED = [
    ("update booking set assigned_cents = assigned_cents + 1", "I8 charges"),
    ("update group_order set state = 'closed'", "I8 settled"),
    ("update booking set committed_cents = 1", "I9 bookings"),
]


def found(session, statement, name):
    assert checks.violations(session) == []
    session.execute(text(statement))
    return [line for line in checks.violations(session) if line.startswith(f"market, {name}:")]


@pytest.mark.parametrize(("statement", "name"), BREACHES)
def test_a_breach_in_an_open_order_is_named(session, order_id, statement, name):
    assert found(session, statement, name)


@pytest.mark.parametrize(("statement", "name"), CLOSED)
def test_a_breach_in_a_closed_order_is_named(session, closed_id, statement, name):
    assert found(session, statement, name)


@pytest.mark.parametrize(("statement", "name"), EMPTY)
def test_a_breach_in_an_order_that_ordered_nothing_is_named(session, at, statement, name):
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    order_id = make.opened(session, at, transport_cents=500)
    make.book(session, at, order_id, make.household(session, at), (boxes.id, 2, 3))
    token = dry_runs.dry_run(session, at.coordinator, order_id).token
    closings.close(session, at.coordinator, order_id, token, at.now)
    assert found(session, statement, name)


@pytest.mark.parametrize(("statement", "name"), SETTLED)
def test_a_breach_in_a_settled_order_is_named(session, at, closed_id, statement, name):
    settlements.settle(session, at.coordinator, closed_id, at.now)
    assert found(session, statement, name)
