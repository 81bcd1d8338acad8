"""What the application's own role can never do to the market's tables."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

FORBIDDEN = [
    "update charge set total_cents = 0",
    "delete from charge",
    "update settlement set goods_cents = 0",
    "delete from settlement",
    "update offer set price_micros = 1",
    "update offer set available = null",
    "delete from offer",
    "delete from booking_line",
    "delete from booking",
    "delete from group_order",
    "delete from household",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_charges_frozen_terms_and_history_are_out_of_reach(session, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))
