"""The books of an order: everything closing is computed from, read in one look."""

import pytest

from kit.errors import NotFound
from market.closings import books, dry_runs
from market.group_orders import orders
from tests.market import make


def test_they_hold_the_order_its_offers_its_bookings_and_their_lines(session, at, order):
    found = books.read(session, order)
    assert (found.order.id, found.order.state, found.order.minimum_cents) == (order, "open", 5000)
    assert (found.order.transport_cents, found.order.transport_by) == (1000, "weight")
    assert (found.order.closes_at, found.order.producer_email) == (
        at.terms.closes_at,
        "cascina@esempio.it",
    )
    apples, honey = found.offers
    assert (apples.name, apples.case_size, apples.wanted) == (at.apples.name, 5000, 7000)
    assert (honey.unit_weight_g, honey.wanted_cents) == (500, 400)
    assert [(row.code, row.wanted_cents) for row in found.bookings] == [("A", 1100), ("B", 1750)]
    a, b = (row.id for row in found.bookings)
    assert [tuple(row) for row in found.lines] == [
        (a, apples.id, 2000, 2000, 700),
        (a, honey.id, 2, 2, 400),
        (b, apples.id, 5000, 5000, 1750),
    ]


def test_lines_of_nothing_and_who_has_only_those_are_left_out(session, at, order):
    make.book(session, at, order, at.a, (at.honey.id, 0))
    make.book(session, at, order, at.b, (at.apples.id, 0))
    found = books.read(session, order)
    assert [row.code for row in found.bookings] == ["A"]
    assert [line.wanted for line in found.lines] == [2000]
    make.book(session, at, order, at.b, (at.apples.id, 0, 5000))  # only to fill a case
    found = books.read(session, order)
    assert [row.code for row in found.bookings] == ["A", "B"]
    assert [(line.wanted, line.at_most) for line in found.lines] == [(2000, 2000), (0, 5000)]


def test_households_come_in_the_order_of_their_codes_letter_by_letter(session, at, order):
    for code in ("Z", "A1", "A-2"):
        make.book(session, at, order, make.household(session, at, code), (at.honey.id, 1))
    codes = [row.code for row in books.read(session, order).bookings]
    assert codes == ["A", "A-2", "A1", "B", "Z"]


def test_an_order_nobody_booked_in_has_empty_books(session, at):
    make.pieces(session, at)
    found = books.read(session, make.opened(session, at))
    assert (len(found.offers), found.bookings, found.lines) == (1, [], [])
    assert len(found.token) == 64


def test_an_order_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        books.read(session, 10**15)


def test_they_are_read_in_one_statement(session, at, order, statements):
    assert statements(lambda: books.read(session, order)) == 1


def test_the_token_stands_for_every_quantity_of_every_household(session, at, order):
    tokens = [dry_runs.dry_run(session, at.coordinator, order).token]
    tokens.append(dry_runs.dry_run(session, at.coordinator, order).token)
    assert tokens[0] == tokens[1]
    for household, asked in (
        (at.a, (at.honey.id, 2, 3)),
        (at.a, (at.honey.id, 1, 3)),
        (at.b, (at.honey.id, 0, 1)),
        (at.b, (at.honey.id, 0, 2)),
        (at.a, (at.apples.id, 0)),
    ):
        make.book(session, at, order, household, asked)
        tokens.append(dry_runs.dry_run(session, at.coordinator, order).token)
    assert len(set(tokens)) == len(tokens) - 1


def test_orders_with_the_same_lines_have_tokens_of_their_own(session, at):
    make.pieces(session, at)
    one, other = (books.read(session, make.opened(session, at)) for _ in range(2))
    assert (one.lines, other.lines) == ([], [])
    assert one.token != other.token


def test_an_order_that_was_changed_has_another_token(session, at, order):
    before = books.read(session, order).token
    orders.change(session, order, transport_cents=1200)
    assert books.read(session, order).token != before
