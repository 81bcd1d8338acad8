"""The civil time of Cremona: whole instants out, and no hour that can be read in two ways."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Refused
from kit.rome import check_minute, instant_from_local, to_rome

HOUR_AROUND = (timedelta(hours=-1), timedelta(hours=1))
instants = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (datetime(2026, 12, 3, 19, 0, tzinfo=UTC), "2026-12-03T20:00:00+01:00"),
        (datetime(2026, 7, 3, 18, 0, tzinfo=UTC), "2026-07-03T20:00:00+02:00"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2027-01-01T00:30:00+01:00"),
        # The last second before the clock goes on and back, and the first after it.
        (datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC), "2027-03-28T01:59:59+01:00"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "2027-03-28T03:00:00+02:00"),
        (datetime(2027, 10, 31, 0, 59, 59, tzinfo=UTC), "2027-10-31T02:59:59+02:00"),
        (datetime(2027, 10, 31, 1, 0, tzinfo=UTC), "2027-10-31T02:00:00+01:00"),
    ],
)
def test_an_instant_is_shown_in_the_hour_of_its_season(instant, shown):
    assert to_rome(instant).isoformat() == shown


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2026-12-03T20:00:00", datetime(2026, 12, 3, 19, 0, tzinfo=UTC)),
        ("2026-07-03T20:00:00", datetime(2026, 7, 3, 18, 0, tzinfo=UTC)),
        ("2027-03-28T01:59:59", datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)),
        ("2027-03-28T03:00:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("2027-10-31T01:59:59", datetime(2027, 10, 30, 23, 59, 59, tzinfo=UTC)),
        ("2027-10-31T03:00:00", datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_local_hour_is_one_instant_up_to_the_edges_of_a_change(local, instant):
    found = instant_from_local(datetime.fromisoformat(local))
    assert found == instant and found.tzinfo is UTC


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("2027-03-28T02:00:00", "non esiste"),
        ("2027-03-28T02:59:59", "non esiste"),
        ("2027-10-31T02:00:00", "due volte"),
        ("2027-10-31T02:59:59", "due volte"),
    ],
)
def test_an_hour_that_the_clock_change_skips_or_doubles_is_refused(local, words):
    with pytest.raises(Refused, match=words):
        instant_from_local(datetime.fromisoformat(local))


@given(instants)
def test_an_instant_comes_back_from_its_local_hour_unless_that_comes_twice(instant):
    local = to_rome(instant).replace(tzinfo=None)
    twice = {to_rome(instant + step).replace(tzinfo=None) for step in HOUR_AROUND}
    if local in twice:
        with pytest.raises(Refused, match="due volte"):
            instant_from_local(local)
    else:
        assert instant_from_local(local) == instant


def test_what_bounds_something_is_a_whole_minute_and_the_sentence_gives_one():
    whole = datetime(2026, 12, 3, 22, 54, tzinfo=UTC)
    check_minute(whole)
    for late in (timedelta(seconds=1), timedelta(seconds=59), timedelta(microseconds=1)):
        with pytest.raises(Refused, match="minuti interi") as refused:
            check_minute(whole + late)
        assert refused.value.message.values["example"] == "03/12/2026 23:54"
