"""When envelopes may be opened."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.envelopes.rules import opening
from kit.errors import Refused

DEADLINE = datetime(2026, 12, 16, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "opened", "refused"),
    [
        (timedelta(0), False, "un minuto dopo"),
        (timedelta(seconds=59, microseconds=999_999), False, "un minuto dopo"),
        (timedelta(minutes=1), False, None),
        (timedelta(days=9), False, None),
        (timedelta(minutes=1), True, "già aperte"),
        (timedelta(0), True, "un minuto dopo"),
    ],
)
def test_from_a_minute_after_the_deadline_and_once(after, opened, refused):
    if refused is None:
        opening.check_may_open(DEADLINE + after, DEADLINE, opened=opened)
        return
    with pytest.raises(Refused, match=refused):
        opening.check_may_open(DEADLINE + after, DEADLINE, opened=opened)
