"""How much a person may upload on a day of Rome."""

from datetime import UTC, date, datetime

import pytest

from calls.applications.rules import uploads
from kit.errors import Refused

DAY = date(2026, 11, 27)


def test_the_days_measure_is_reached_and_not_passed():
    uploads.check_day(uploads.A_DAY, DAY)
    with pytest.raises(Refused, match="i 200 MB, il massimo che si carica in un giorno") as refused:
        uploads.check_day(uploads.A_DAY + 1, DAY)
    assert refused.value.field == "file"
    assert refused.value.message.values["when"] == datetime(2026, 11, 27, 23, 0, tzinfo=UTC)


def test_the_next_day_begins_at_midnight_in_rome_on_both_sides_of_the_clock_change():
    assert uploads.next_day(date(2026, 3, 28)) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert uploads.next_day(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
