"""One order as a whole, for those who run it."""

import pytest

from kit.errors import NotFound
from kit.paper import documents
from market.group_orders import order_books
from tests import make as people_make
from tests.market import make


def treasurer(session, at):
    return people_make.actor(session, None, ("treasurer", "centre", at.centre.id))


def test_it_shows_what_is_wanted_and_by_whom(session, at, order_id):
    make.household(session, at, "F9")
    book = order_books.of(session, at.coordinator, order_id)
    assert book.head.value_cents == 8 * 200 + 850
    assert {offer.id: (offer.wanted, offer.at_most, offer.households) for offer in book.offers} == {
        offer.id: expected
        for offer, expected in zip(book.offers, [(8, 9, 2), (1, 1, 1)], strict=True)
    }
    assert [(each.code, each.wanted_cents, each.lines) for each in book.bookings] == [
        ("F1", 1650, 2),
        ("F2", 800, 1),
    ]


def test_what_one_may_do_goes_by_role_and_state(session, at, order_id):
    def acts(actor):
        return list(order_books.of(session, actor, order_id).acts)

    assert acts(at.coordinator) == ["prolong", "close", "cancel"]
    assert acts(treasurer(session, at)) == []


def test_a_treasurer_may_settle_a_closed_order(session, at, closed_id):
    book = order_books.of(session, treasurer(session, at), closed_id)
    assert list(book.acts) == ["settle"]
    assert [(each.assigned_cents, each.changed) for each in book.bookings] == [(1450, 1), (600, 1)]


def test_strangers_and_members_find_nothing(session, at, order_id):
    other = make.world(session)
    for actor in (other.coordinator, make.member(session, at.first)):
        with pytest.raises(NotFound):
            order_books.of(session, actor, order_id)
        with pytest.raises(NotFound):
            order_books.head(session, actor, order_id)
    with pytest.raises(NotFound):
        order_books.head(session, at.coordinator, 10**12)


def test_a_document_is_handed_out_with_its_own_order_only(session, at, order_id, closed_id):
    elsewhere = make.opened(session, at)
    paper = documents.of(session, "group_order", closed_id)[0]
    assert order_books.document(session, at.coordinator, closed_id, paper.id) is paper
    driver = people_make.actor(session, None, ("driver", "centre", at.centre.id))
    assert order_books.document(session, driver, closed_id, paper.id) is paper
    with pytest.raises(NotFound):
        order_books.document(session, at.coordinator, elsewhere, paper.id)
    with pytest.raises(NotFound):
        order_books.document(session, make.world(session).coordinator, closed_id, paper.id)
