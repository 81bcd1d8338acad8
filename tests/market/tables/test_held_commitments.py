"""Databases with orders that were closed before closing held what is assigned."""

import pytest
from sqlalchemy import text

from kit import db, migrate
from kit.sentences import recall
from market import checks
from market.closings import closings, dry_runs
from tests.market import make

pytestmark = pytest.mark.usefixtures("_committed_bound")

BOOKINGS = text("select id, committed_cents from booking order by id")
HOUSEHOLDS = text("select commitment_cents from household order by id")
ORDERS = text("select state, ordered_cents from group_order order by id")
REASONS = text("select reason from booking_line where reason is not null order by 1")


def read(*queries):
    with db.transaction() as session:
        return [session.execute(query).all() for query in queries]


def test_what_was_closed_before_is_held_and_told_as_if_it_were_closed_today(committed):
    with db.transaction() as session:
        at = make.world(session)
        boxes = make.pieces(session, at, case_size=6, whole_cases=True)
        crates = make.pieces(session, at, case_size=4, whole_cases=True)
        first, second = make.household(session, at), make.household(session, at)
        lines = {
            "cut": [(first, (boxes.id, 7, 8)), (second, (boxes.id, 3, 3))],
            "filled": [(first, (boxes.id, 5, 9)), (second, (crates.id, 3, 9))],
            "nothing": [(first, (boxes.id, 4, 5)), (second, (crates.id, 1, 2))],
            "open": [(first, (boxes.id, 1, 2))],
        }
        for name, booked in lines.items():
            # With a transport to share such an order could not be closed then.
            order_id = make.opened(session, at, transport_cents=0 if name == "nothing" else 500)
            for family, line in booked:
                make.book(session, at, order_id, family, line)
            if name != "open":
                token = dry_runs.dry_run(session, at.coordinator, order_id).token
                closings.close(session, at.coordinator, order_id, token, at.now)
    before = read(BOOKINGS, HOUSEHOLDS, ORDERS, REASONS)
    assert [state for state, _ in before[2]] == ["closed", "closed", "empty", "open"]
    assert {kept[0]["n"] for kept in before[3]} == {1, 2}
    with db.transaction() as session:  # what a later revision keeps of them would be lost
        session.execute(text("delete from person_session"))
    migrate.downgrade(committed.owner_url, "20261126_tell_what_is_ordered")
    bookings, _, orders, reasons = read(BOOKINGS, HOUSEHOLDS, ORDERS, REASONS)
    assert {state for state, _ in orders} == {"closed", "open"}
    at_most = [8, 3, 9, 9, 5, 2, 2]
    assert [cents for _, cents in bookings] == [pieces * 200 for pieces in at_most]
    assert all("many" not in kept[0] for kept in reasons)
    with db.transaction() as session:  # as the column begins
        session.execute(text("update group_order set ordered_cents = null"))
        for name in ("I9 bookings", "ordered"):  # others ask for columns of today
            assert session.execute(checks._ASKED[name], checks._STATES).all(), name
    migrate.upgrade(committed.owner_url, committed.app_url)
    assert read(BOOKINGS, HOUSEHOLDS, ORDERS, REASONS) == before
    with db.transaction() as session:
        assert checks.violations(session) == []
    said = [str(recall(kept)) for (kept,) in before[3]]
    assert any("mancava 1 pezzo." in words for words in said)
    assert any("1 pezzo in più" in words and "completa un collo" in words for words in said)
