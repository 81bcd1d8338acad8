"""How far an order is, for everybody to see."""

import pytest

from kit.errors import NotFound
from market.group_orders import progress
from tests.market import make


def test_shared_progress_shows_stock_cases_and_the_missing_minimum(session, at):
    boxes = make.pieces(session, at, available=10, case_size=6, whole_cases=True)
    order_id = make.opened(session, at, minimum_cents=5000)
    make.book(session, at, order_id, make.household(session, at), (boxes.id, 4, 5))
    seen = progress.shared_progress(session, order_id)
    offer = seen.offers[0]
    assert offer.case is not None and (offer.left, offer.case.missing) == (6, 1)
    assert (seen.value_cents, seen.missing_to_minimum_cents) == (800, 4200)
    with pytest.raises(NotFound):
        progress.shared_progress(session, 10**12)
