"""Changed lines: what they add to every counter, and that all of them move together."""

import pytest
from sqlalchemy import select

from market import checks
from market.bookings.changes import LineChange, write
from market.bookings.holds import NOTHING, LineSums, hold
from market.bookings.keys import BookingKey
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import Offer
from tests.market import make


@pytest.mark.parametrize(
    ("before", "after", "more", "more_lines"),
    [
        (NOTHING, LineSums(2, 3, 400, 600), (2, 3, 400, 600), 1),
        (LineSums(2, 3, 400, 600), LineSums(5, 5, 1000, 1000), (3, 2, 600, 400), 0),
        (LineSums(2, 3, 400, 600), NOTHING, (-2, -3, -400, -600), -1),
        (NOTHING, LineSums(0, 4, 0, 800), (0, 4, 0, 800), 1),
        (LineSums(3, 3, 600, 600), LineSums(0, 3, 0, 600), (-3, 0, -600, 0), 0),
        (NOTHING, NOTHING, (0, 0, 0, 0), 0),
    ],
)
def test_a_change_adds_the_difference_and_counts_while_something_may_come(
    before, after, more, more_lines
):
    change = LineChange(1, 2, before, after)
    assert (change.more, change.more_lines) == (more, more_lines)


@pytest.fixture
def place(session, at):
    """Two products of an open order and a household; of the second, five are left."""
    at.boxes = make.pieces(session, at)
    at.jars = make.pieces(session, at, available=5, price_cents=300)
    at.family = make.household(session, at, credit=2000)
    return BookingKey(make.opened(session, at), at.family.id)


def held_by(session, at, place):
    return hold(session, at.coordinator, place, [at.boxes.id, at.jars.id], at.now)


def changed(held, product_id, wanted, at_most):
    offer = held.offers[product_id]
    cents = offer.price_cents
    after = LineSums(wanted, at_most, wanted * cents, at_most * cents)
    return LineChange(product_id, offer.id, held.lines.get(offer.id, NOTHING), after)


def counters(session, place):
    session.expire_all()
    offers = select(Offer.wanted, Offer.at_most, Offer.wanted_cents, Offer.households)
    booking = select(Booking.wanted_cents, Booking.committed_cents, Booking.lines)
    return (
        [tuple(row) for row in session.execute(offers.order_by(Offer.position))],
        tuple(session.execute(booking).one()),
        session.get(Household, place.household_id).commitment_cents,
    )


def test_lines_offers_booking_and_commitment_move_together(session, at, place):
    held = held_by(session, at, place)
    changes = [changed(held, at.boxes.id, 2, 3), changed(held, at.jars.id, 1, 1)]
    write(session, held, changes, at.now)
    assert counters(session, place) == ([(2, 3, 400, 1), (1, 1, 300, 1)], (700, 900, 2), 900)
    held = held_by(session, at, place)
    write(session, held, [changed(held, at.boxes.id, 0, 0)], at.now)
    assert counters(session, place) == ([(0, 0, 0, 0), (1, 1, 300, 1)], (300, 300, 1), 300)
    kept = session.execute(select(BookingLine.wanted, BookingLine.at_most_cents)).all()
    assert sorted(map(tuple, kept)) == [(0, 0), (1, 300)]
    assert checks.violations(session) == []


@pytest.mark.parametrize("which", ["stock", "credit"])
def test_a_counter_that_would_pass_its_bound_is_a_bug_and_stops_everything(
    session, at, place, which
):
    held = held_by(session, at, place)
    ask = (at.jars.id, 6, 6) if which == "stock" else (at.boxes.id, 11, 11)
    before = counters(session, place)
    with pytest.raises(AssertionError, match="although its row was held"), session.begin_nested():
        write(session, held, [changed(held, *ask)], at.now)
    assert counters(session, place) == before


def test_what_takes_less_is_written_whatever_is_left(session, at, place):
    held = held_by(session, at, place)
    write(session, held, [changed(held, at.boxes.id, 10, 10)], at.now)
    make.top_up(session, at.family.account_id, -1900, at.now)
    held = held_by(session, at, place)
    assert held.room_cents < 0
    write(session, held, [changed(held, at.boxes.id, 9, 9)], at.now)
    assert counters(session, place)[2] == 1800
