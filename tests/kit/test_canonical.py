import json
import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.canonical import decimal_text, encode, instant, instant_text, sha256

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def shuffled(value):
    if isinstance(value, dict):
        items = [(key, shuffled(item)) for key, item in value.items()]
        random.Random(7).shuffle(items)
        return dict(items)
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def test_equal_content_gives_the_bytes_written_down_here():
    value = {"b": [1, True, None], "a": "perche\u0301", "c": {"z": "€", "y": -5}}
    assert encode(value) == '{"a":"perché","b":[1,true,null],"c":{"y":-5,"z":"€"}}'.encode()
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(values)
def test_order_of_keys_never_changes_the_bytes(value):
    try:
        written = encode(value)
    except ValueError:
        return  # two keys that are one after normalisation
    assert encode(shuffled(value)) == written
    assert encode(json.loads(written)) == written


@pytest.mark.parametrize(
    "value",
    [1.5, {"a": 0.1}, Decimal("1"), {1: "a"}, {"e\u0301": 1, "é": 2}, "\ud800", b"x", {"a": {1}}],
)
def test_what_has_no_single_form_is_refused(value):
    with pytest.raises(ValueError):
        encode(value)


@pytest.mark.parametrize(
    ("number", "text"),
    [("7.50", "7.5"), ("10", "10"), ("1E+2", "100"), ("0.000", "0"), ("-0", "0"), ("100", "100")],
)
def test_a_decimal_has_one_shortest_text(number, text):
    assert decimal_text(Decimal(number)) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_reads_back_to_itself(moment):
    assert instant(instant_text(moment)) == moment


def test_an_instant_without_zone_or_in_another_zone_is_refused():
    with pytest.raises(ValueError):
        instant_text(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError):
        instant("2026-01-01T00:00:00+01:00")
