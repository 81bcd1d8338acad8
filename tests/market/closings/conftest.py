"""An order to close, for every test of the room."""

import pytest

from tests.market import make


@pytest.fixture
def order(session, at):
    """Apples in whole cases of 5 kg: A wants 2 kg, B 5 kg; honey by the piece for A."""
    at.apples = make.product(session, at, case_size=5000, whole_cases=True, step=500)
    at.honey = make.pieces(session, at, unit_weight_g=500)
    at.a, at.b = make.household(session, at, "A"), make.household(session, at, "B")
    order_id = make.opened(
        session, at, transport_cents=1000, transport_by="weight", minimum_cents=5000
    )
    make.book(session, at, order_id, at.a, (at.apples.id, 2000))
    make.book(session, at, order_id, at.a, (at.honey.id, 2))
    make.book(session, at, order_id, at.b, (at.apples.id, 5000))
    return order_id
