"""The frozen offers of an order: in the order of the list, read once, the same for everybody."""

import pytest

from kit.errors import NotFound
from market.bookings import offers
from tests.market import make


def test_they_come_in_the_order_of_the_list_with_the_terms_of_the_day_it_opened(session, at):
    later = make.product(session, at, position=2_000_000, case_size=5000, step=500)
    first = make.pieces(session, at, position=1, available=12, maximum=4)
    make.pieces(session, at, active=False)
    order_id = make.opened(session, at)
    found = offers.of_order(session, order_id)
    assert [terms.product_id for terms in found] == [first.id, later.id]
    assert (found[0].unit, found[0].available, found[0].maximum) == ("piece", 12, 4)
    assert (found[1].case_size, found[1].step, found[1].available) == (5000, 500, None)
    first.price_micros = 9_990_000
    session.flush()
    assert offers.of_order(session, make.opened(session, at))[0].price_micros == 9_990_000
    offers._kept.forget()
    assert offers.of_order(session, order_id)[0].price_micros == 2_000_000


def test_they_are_read_once_by_a_process(session, at, statements):
    make.pieces(session, at)
    order_id = make.opened(session, at)
    costs = [statements(lambda: offers.of_order(session, order_id)) for _ in range(3)]
    assert costs == [1, 0, 0]


def test_an_order_without_offers_is_not_found_and_not_remembered(session, at, statements):
    for _ in range(2):
        with pytest.raises(NotFound):
            offers.of_order(session, 10**15)

    def look():
        with pytest.raises(NotFound):
            offers.of_order(session, 10**15)

    assert statements(look) == 1


def test_the_offer_of_a_product_is_found_in_its_own_order_only(session, at):
    boxes = make.pieces(session, at)
    order_id = make.opened(session, at)
    late = make.product(session, at)
    assert offers.of_product(session, order_id, boxes.id).name == boxes.name
    for where, product_id in ((order_id, late.id), (order_id, 10**15), (10**15, boxes.id)):
        with pytest.raises(NotFound):
            offers.of_product(session, where, product_id)
    assert offers.of_product(session, make.opened(session, at), late.id).name == late.name
