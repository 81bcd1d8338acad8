"""A charge adds up, and belongs to an order that is settled."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

CHARGE = """
    insert into charge (booking_id, group_order_id, household_id, goods_cents, transport_cents,
        total_cents, created_at)
    select b.id, b.group_order_id, b.household_id, :goods, :transport, :total, now()
    from booking b where b.group_order_id = :id limit 1
"""
SETTLED = """
    insert into settlement (group_order_id, goods_cents, transport_cents, households, settled_at)
    values (:id, 0, 0, 1, now())
"""


@pytest.mark.parametrize("amounts", [(1, 1, 3), (-1, 1, 0), (1, -1, 0)])
def test_a_charge_that_does_not_add_up_is_refused(session, closed_id, amounts):
    session.execute(text(SETTLED), {"id": closed_id})
    goods, transport, total = amounts
    values = {"id": closed_id, "goods": goods, "transport": transport, "total": total}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(CHARGE), values)


def test_an_order_is_charged_only_with_its_settlement_and_settled_once(session, closed_id):
    values = {"id": closed_id, "goods": 1, "transport": 1, "total": 2}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(CHARGE), values)
    session.execute(text(SETTLED), {"id": closed_id})
    session.execute(text(CHARGE), values)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(SETTLED), {"id": closed_id})
