"""The page of a booking: what is the household's own, and what everybody has booked."""

from datetime import timedelta

import pytest

from kit.errors import NotFound
from market.bookings.keys import BookingKey
from market.bookings.page import counted, lines_of, page_of
from market.closings import closings, dry_runs
from tests.market import make


def test_the_page_shows_terms_own_lines_and_shared_progress(session, at):
    apples = make.product(session, at, case_size=5000, whole_cases=True)
    make.pieces(session, at, active=False)
    family, other = make.household(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    make.book(session, at, order_id, family, (apples.id, 1000))
    make.book(session, at, order_id, other, (apples.id, 3000, 3500))
    actor = make.member(session, family)
    page = page_of(session, actor, BookingKey(order_id, family.id), at.now)
    assert [offer.product_id for offer in page.offers] == [apples.id]
    assert page.counters == [(page.offers[0].id, 4000, 4500, 1400, 1000, 1000)]
    assert (page.head.balance, page.head.room, page.head.wanted_cents) == (10_000, 9650, 350)
    assert page.order_cents == 1400
    assert page.closed_because is None
    late = page_of(session, actor, BookingKey(order_id, family.id), at.now + timedelta(days=5))
    assert late.closed_because is not None
    with pytest.raises(NotFound):
        page_of(session, actor, BookingKey(order_id, other.id), at.now)


def test_the_page_costs_two_statements_once_the_frozen_offers_were_read(session, at, statements):
    many = [make.pieces(session, at) for _ in range(12)]
    place = BookingKey(make.opened(session, at), make.household(session, at).id)
    make.book(session, at, place.group_order_id, make.household(session, at), (many[0].id, 1))
    for expected in (3, 2):
        assert statements(lambda: page_of(session, at.coordinator, place, at.now)) == expected


def test_what_is_still_missing_to_the_minimum_counts_what_everybody_booked(session, at):
    boxes = make.pieces(session, at)
    family = make.household(session, at)
    order_id = make.opened(session, at, minimum_cents=1000)
    place = BookingKey(order_id, family.id)
    assert page_of(session, at.coordinator, place, at.now).missing_to_minimum_cents == 1000
    make.book(session, at, order_id, make.household(session, at), (boxes.id, 4))
    assert page_of(session, at.coordinator, place, at.now).missing_to_minimum_cents == 200
    make.book(session, at, order_id, family, (boxes.id, 4))
    assert page_of(session, at.coordinator, place, at.now).missing_to_minimum_cents == 0


def test_an_order_or_a_household_that_is_not_there_is_not_found(session, at):
    make.pieces(session, at)
    order_id, family = make.opened(session, at), make.household(session, at)
    for place in (BookingKey(10**15, family.id), BookingKey(order_id, 10**15)):
        with pytest.raises(NotFound):
            page_of(session, at.coordinator, place, at.now)


def test_a_household_without_a_booking_has_no_lines(session, at):
    make.pieces(session, at)
    place = BookingKey(make.opened(session, at), make.household(session, at).id)
    head = page_of(session, at.coordinator, place, at.now).head
    assert (head.booking_id, lines_of(session, head)) == (None, [])


def test_before_closing_the_lines_are_what_was_wanted_and_after_it_what_one_gets(
    session, at, order_id
):
    place = BookingKey(order_id, at.first.id)
    head = page_of(session, at.coordinator, place, at.now).head
    before = [(line.name, line.wanted, line.assigned) for line in lines_of(session, head)]
    assert before == [(at.boxes.name, 4, None), (at.honey.name, 1, None)]
    assert not head.assigned
    seen = dry_runs.dry_run(session, at.coordinator, order_id)
    closings.close(session, at.coordinator, order_id, seen.token, at.now)
    page = page_of(session, at.coordinator, place, at.now)
    assert page.closed_because is not None and (page.offers, page.counters) == ([], [])
    assert page.head.assigned and page.head.transport_share_cents is not None
    cut, whole = lines_of(session, page.head)
    assert (cut.wanted, cut.assigned, cut.assigned_cents) == (4, 3, 600)
    assert cut.reason is not None
    assert (whole.assigned, whole.assigned_cents, whole.reason) == (1, 850, None)


def test_a_line_set_back_to_nothing_is_not_listed(session, at):
    boxes, family = make.pieces(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    for wanted in (2, 0):
        make.book(session, at, order_id, family, (boxes.id, wanted))
    head = page_of(session, at.coordinator, BookingKey(order_id, family.id), at.now).head
    assert head.booking_id is not None
    assert lines_of(session, head) == []


def test_the_counters_of_an_offer_are_those_of_all_bookings(session, at):
    boxes, family = make.pieces(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    place = BookingKey(order_id, family.id)
    (offer,) = page_of(session, at.coordinator, place, at.now).offers
    assert counted(session, offer.id) == (0, 0)
    make.book(session, at, order_id, family, (boxes.id, 1, 3))
    make.book(session, at, order_id, make.household(session, at), (boxes.id, 2))
    assert counted(session, offer.id) == (3, 5)
    with pytest.raises(NotFound):
        counted(session, 10**15)
