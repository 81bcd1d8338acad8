"""What households hold back for orders that are not settled yet."""

from market.centres import commitments, purses
from market.group_orders.rules import standing
from market.group_orders.rules.standing import Stage
from market.tables.bookings import Booking


def test_the_orders_a_households_credit_is_held_for(session, at, order_id):
    found = commitments.of_household(session, at.first.id)
    assert [(each.id, each.committed_cents) for each in found] == [(order_id, 1850)]
    assert commitments.of_household(session, 10**12) == []


def test_releasing_frees_every_household_once(session, at, order_id):
    for _ in range(2):
        commitments.release(session, order_id)
        session.expire_all()
        for household in (at.first, at.second):
            assert purses.get(session, household.id).commitment_cents == 0
    bookings = session.query(Booking).filter_by(group_order_id=order_id).all()
    assert [booking.committed_cents for booking in bookings] == [0, 0]


def test_other_orders_keep_what_is_held_for_them(session, at, order_id):
    commitments.release(session, order_id + 10**6)
    assert purses.get(session, at.first.id).commitment_cents == 1850


def test_from_closing_on_what_is_assigned_is_held_and_nothing_else(session, at, order_id):
    """Twice is once; a household that was not cut keeps nothing of its "at most"."""
    before = purses.get(session, at.second.id).commitment_cents
    bookings = session.query(Booking).filter_by(group_order_id=order_id).order_by(Booking.id)
    first, _ = bookings.all()
    first.assigned_cents, first.transport_cents = 1450, 708
    session.flush()
    for _ in range(2):
        commitments.hold_assigned(session, order_id)
        session.expire_all()
        assert purses.get(session, at.first.id).commitment_cents == 1450 + 708
        assert purses.get(session, at.second.id).commitment_cents == 0 < before
    assert [booking.committed_cents for booking in bookings.all()] == [2158, 0]


def test_what_is_held_tells_how_the_order_stands(session, at, order_id):
    (held,) = commitments.of_household(session, at.first.id)
    assert standing.stage(held, at.now) is Stage.OPEN
