"""What no order and no offer can be, whoever writes it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.market import make

BROKEN = [
    "update group_order set state = 'lost'",
    "update group_order set transport_by = 'moon'",
    "update group_order set closes_at = opens_at",
    "update group_order set minimum_cents = -1",
    "update offer set wanted = 1, at_most = 0",
    "update offer set wanted_cents = -1",
    "update offer set cases = 1, assigned = 5 where whole_cases",
    "update offer set assigned = -1",
]


@pytest.mark.parametrize("statement", BROKEN)
def test_the_table_refuses_what_cannot_be(session, order_id, statement):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(statement))


def test_nobody_sells_more_than_there_is(session, at):
    box = make.pieces(session, at, available=3)
    order_id = make.opened(session, at)
    more = text("update offer set wanted = 4, at_most = 4 where product_id = :id")
    with pytest.raises(IntegrityError, match="not_oversold"), session.begin_nested():
        session.execute(more, {"id": box.id})
    assert order_id
