"""Group orders in lists."""

from market.group_orders import orders
from tests.market import make


def test_the_overview_tells_value_and_households(session, at, statements):
    boxes = make.pieces(session, at)
    first, second = make.household(session, at), make.household(session, at)
    order_id, idle = make.opened(session, at), make.opened(session, at)
    make.book(session, at, order_id, first, (boxes.id, 2))
    make.book(session, at, order_id, second, (boxes.id, 1))
    rows = orders.overview(session, [at.centre.id])
    seen = {row.id: (row.value_cents, row.households) for row in rows}
    assert seen == {order_id: (600, 2), idle: (0, 0)}
    assert orders.overview(session, [at.centre.id], states=["closed"]) == []
    assert statements(lambda: orders.overview(session, [at.centre.id])) == 1
