from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.texts.rules import lifecycle
from calls.texts.rules.lifecycle import in_time
from kit.errors import Refused

NOON = datetime(2026, 12, 16, 11, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "accepted"),
    [
        (timedelta(seconds=-1), True),
        (timedelta(0), True),
        (timedelta(microseconds=999_999), True),
        (timedelta(seconds=1), False),
        (timedelta(seconds=33), False),
    ],
)
def test_the_deadline_second_is_in_and_the_next_is_out(after, accepted):
    assert in_time(NOON + after, NOON) is accepted


@given(st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2)))
def test_being_in_time_never_depends_on_the_part_of_a_second(after):
    floored = (NOON + after).replace(microsecond=0)
    assert in_time(NOON + after, NOON) == (floored <= NOON)


OPENS = NOON - timedelta(days=1)
BEFORE, DURING, AFTER = OPENS - timedelta(seconds=1), NOON, NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "now", "act", "refused"),
    [
        ("draft", DURING, "write", None),
        ("published", BEFORE, "write", "già pubblicato"),
        ("published", DURING, "write", "già pubblicato"),
        ("published", AFTER, "write", "già pubblicato"),
        ("published", BEFORE, "apply", "non è ancora aperto"),
        ("published", DURING, "apply", None),
        ("published", AFTER, "apply", "è scaduto"),
    ],
)
def test_what_may_be_done_to_a_call_in_which_state(state, now, act, refused):
    acts = {
        "write": lambda: lifecycle.check_may_write(state),
        "apply": lambda: lifecycle.check_takes_applications(now, OPENS, NOON),
    }
    if refused is None:
        acts[act]()
    else:
        with pytest.raises(Refused, match=refused):
            acts[act]()
    assert lifecycle.is_published(state) == (state == "published")


def test_a_slip_in_the_year_is_told_from_a_long_call():
    opens_at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert lifecycle.wrong_span(opens_at, opens_at.replace(year=2029)) is None
    assert "più di tre anni" in str(lifecycle.wrong_span(opens_at, opens_at.replace(year=2036)))
    assert "dopo l'apertura" in str(lifecycle.wrong_span(opens_at, opens_at))
