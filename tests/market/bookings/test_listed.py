"""The list of orders a household looks at."""

from datetime import timedelta

from market.bookings.listed import listed
from tests.market import make

STATES = ("open", "closed", "settled", "cancelled")


def test_orders_come_with_what_is_mine_and_without_what_is_others(session, at, statements):
    boxes = make.pieces(session, at)
    first, second = make.household(session, at), make.household(session, at)
    order_id = make.opened(session, at)
    later = make.opened(session, at, closes_at=at.now + timedelta(days=4))
    make.book(session, at, order_id, first, (boxes.id, 2))
    make.book(session, at, order_id, second, (boxes.id, 1))
    make.book(session, at, later, second, (boxes.id, 3))
    for households, expected in (
        ([first.id], [(later, None), (order_id, 400)]),
        ([first.id, second.id], [(later, 600), (order_id, 400)]),
        ([], [(later, None), (order_id, None)]),
    ):
        rows = listed(session, [at.centre.id], households=households, states=STATES)
        assert [(row.id, row.booked_cents) for row in rows] == expected
    assert listed(session, [at.centre.id], states=["closed"]) == []
    assert listed(session, [], households=[first.id], states=STATES) == []
    assert rows[0].takes_bookings and not rows[0].assigned
    assert (rows[0].pickup_point, rows[0].pickup_address) == ("Oratorio", "Via Roma 1")
    assert statements(lambda: listed(session, [at.centre.id], states=STATES)) == 1
