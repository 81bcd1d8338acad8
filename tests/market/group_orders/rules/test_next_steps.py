"""What an order waits for."""

from datetime import UTC, date, datetime

import pytest

from market.group_orders.rules import next_steps
from market.group_orders.rules.next_steps import Step

OPENS = datetime(2026, 12, 1, 8, tzinfo=UTC)
CLOSES = datetime(2026, 12, 3, 19, tzinfo=UTC)
DELIVERY = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("state", "now", "step"),
    [
        ("open", datetime(2026, 12, 1, 7, 59, tzinfo=UTC), Step.OPENING),
        ("open", OPENS, Step.BOOKINGS),
        ("open", datetime(2026, 12, 3, 18, 59, tzinfo=UTC), Step.BOOKINGS),
        ("open", CLOSES, Step.CLOSE),
        ("closed", datetime(2026, 12, 4, 12, tzinfo=UTC), Step.DELIVERY),
        ("closed", datetime(2026, 12, 5, 6, tzinfo=UTC), Step.SETTLE),
        ("closed", datetime(2027, 1, 5, 6, tzinfo=UTC), Step.SETTLE),
        ("settled", datetime(2026, 12, 5, 6, tzinfo=UTC), Step.NONE),
        ("cancelled", CLOSES, Step.NONE),
    ],
)
def test_each_state_waits_for_one_thing(state, now, step):
    found = next_steps.of(state, OPENS, CLOSES, DELIVERY, now=now, today=now.date())
    assert found is step
    assert (found in next_steps.DUE) == (step in (Step.CLOSE, Step.SETTLE))
