"""The typed content of a call and its plain form."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.texts.rules.call_content import from_plain, to_plain
from calls.texts.rules.call_form import read
from tests.calls.examples import call_values

CONTENT = read(call_values(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)))


def test_the_plain_form_reads_back_to_the_same_content():
    assert from_plain(to_plain(CONTENT)) == CONTENT


def test_another_format_is_refused():
    for plain in ({}, {**to_plain(CONTENT), "format": "farelegami.call.3"}):
        with pytest.raises(ValueError, match="not a call"):
            from_plain(plain)


def test_nothing_of_the_plain_form_is_a_float():
    def leaves(value):
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from leaves(inner)
        else:
            yield value

    assert not any(isinstance(leaf, float) for leaf in leaves(to_plain(CONTENT)))


def test_the_highest_total_is_the_sum_of_weight_times_maximum():
    assert CONTENT.attainable == Decimal(65)


def test_a_criterion_is_found_by_its_code():
    assert CONTENT.criterion("B").name == "Competenze"
    with pytest.raises(KeyError):
        CONTENT.criterion("Z")


def test_a_call_of_the_first_format_is_read_and_its_dismissed_sheets_count():
    plain = to_plain(CONTENT)
    del plain["sheets_of_dismissed"]
    assert from_plain({**plain, "format": "farelegami.call.1"}).sheets_of_dismissed == "count"
    with pytest.raises(KeyError):
        from_plain(plain)
