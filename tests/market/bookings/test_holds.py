"""What is held and known for certain before a booking changes, and who is sent away."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kit.errors import NotFound, Refused
from market.bookings import holds, lines
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask
from market.group_orders import opening
from market.tables.bookings import Booking
from tests.market import make


def test_what_is_held_is_the_order_the_purse_and_the_lines_there_are(session, at):
    apples, boxes = make.product(session, at), make.pieces(session, at, available=9)
    family, other = make.household(session, at, credit=5000), make.household(session, at)
    family.limit_cents = 300
    order_id = make.opened(session, at, minimum_cents=2000)
    make.book(session, at, order_id, family, (boxes.id, 2, 3))
    make.book(session, at, order_id, other, (boxes.id, 4))
    key = BookingKey(order_id, family.id)
    held = holds.hold(session, at.coordinator, key, [boxes.id, apples.id], at.now)
    assert set(held.offers) == {apples.id, boxes.id}
    offer = held.offers[boxes.id]
    assert (offer.wanted, offer.at_most, offer.available) == (6, 7, 9)
    assert held.lines == {offer.id: (2, 3, 400, 600)}
    assert (held.balance_cents, held.order_cents) == (5000, 1200)
    assert held.room_cents == 5000 + 300 - 600
    terms = held.terms
    assert (terms.booking_wanted_cents, terms.committed_cents, terms.minimum_cents) == (
        400,
        600,
        2000,
    )


def test_a_first_look_begins_the_booking_of_a_household_once(session, at):
    boxes, family = make.pieces(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    key = BookingKey(order_id, family.id)
    found = {
        holds.hold(session, at.coordinator, key, [boxes.id], at.now).terms.booking_id
        for _ in range(2)
    }
    query = select(Booking.id).where(Booking.household_id == family.id)
    assert session.scalars(query).all() == list(found)


@pytest.mark.parametrize("what", ["order", "household", "product", "one of two products"])
def test_what_is_not_there_is_not_found(session, at, what):
    boxes, family = make.pieces(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    nothing = 10**15
    key = BookingKey(
        nothing if what == "order" else order_id, nothing if what == "household" else family.id
    )
    products = {"product": [nothing], "one of two products": [boxes.id, nothing]}
    with pytest.raises(NotFound):
        holds.hold(session, at.coordinator, key, products.get(what, [boxes.id]), at.now)


def test_a_household_of_another_centre_has_no_booking_here(session, at):
    boxes, other = make.pieces(session, at), make.world(session)
    stranger = make.household(session, other)
    key = BookingKey(make.opened(session, at), stranger.id)
    for actor in (at.coordinator, other.coordinator, make.member(session, stranger)):
        with pytest.raises(NotFound):
            holds.hold(session, actor, key, [boxes.id], at.now)


def test_only_who_may_book_for_a_household_holds_its_booking(session, at):
    boxes = make.pieces(session, at)
    family, neighbour = make.household(session, at), make.household(session, at)
    key = BookingKey(make.opened(session, at), family.id)
    with pytest.raises(NotFound):
        holds.hold(session, make.member(session, neighbour), key, [boxes.id], at.now)
    held = holds.hold(session, make.member(session, family), key, [boxes.id], at.now)
    assert held.key == key


def test_an_order_that_was_cancelled_is_not_held(session, at):
    boxes, family = make.pieces(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    with pytest.raises(Refused, match="annullato"):
        holds.hold(session, at.coordinator, BookingKey(order_id, family.id), [boxes.id], at.now)


@pytest.mark.parametrize("size", [1, 20])
def test_holding_costs_three_statements_whatever_the_size(session, at, statements, size):
    many = [make.pieces(session, at).id for _ in range(size)]
    key = BookingKey(make.opened(session, at), make.household(session, at).id)
    assert statements(lambda: holds.hold(session, at.coordinator, key, many, at.now)) == 3


@pytest.mark.parametrize("moment", ["before", "after"])
def test_outside_its_hours_an_order_takes_nothing(session, at, moment):
    boxes = make.pieces(session, at)
    family = make.household(session, at)
    order_id = make.opened(session, at, opens_at=at.now + timedelta(hours=1))
    now = at.now if moment == "before" else at.now + timedelta(days=9)
    with pytest.raises(Refused):
        lines.set_line(
            session, at.coordinator, BookingKey(order_id, family.id), Ask(boxes.id, 1, 1), now
        )


def test_a_household_that_left_books_no_more(session, at):
    boxes = make.pieces(session, at)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    family.active = False
    session.flush()
    with pytest.raises(Refused, match="non partecipa più"), session.begin_nested():
        make.book(session, at, order_id, family, (boxes.id, 1))
    assert session.query(Booking).filter_by(household_id=family.id).count() == 0
