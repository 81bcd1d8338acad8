"""Numbers as people read them, and sentences that are kept for years."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import sentences
from kit.errors import Message
from kit.words import text


@pytest.fixture(params=["it", "en"])
def language(request):
    token = text.locale.set(request.param)
    yield request.param
    text.locale.reset(token)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (0, 0, "0"),
        (1250, 3, "1,25"),
        (-1250, 3, "-1,25"),
        (1_234_000, 3, "1.234"),
        (1_234_567, 0, "1.234.567"),
        (5, 2, "0,05"),
        (2200, 2, "22"),
    ],
)
def test_a_scaled_number_is_written_without_idle_zeros(value, places, shown):
    assert sentences.decimal(value, places) == shown


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, "0,00\u00a0€"),
        (-5, "-0,05\u00a0€"),
        (123_450, "1.234,50\u00a0€"),
        (10**11, "1.000.000.000,00\u00a0€"),
    ],
)
def test_an_amount_is_written_the_same_in_a_sentence_and_on_a_page(language, cents, shown):
    assert sentences.euro(cents) == text.money(cents) == shown
    assert sentences.amount(cents) + "\u00a0€" == shown


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (0, "0,00\u00a0€"),
        (275_000, "0,275\u00a0€"),
        (3_500_000, "3,50\u00a0€"),
        (1_234_500_001, "1.234,500001\u00a0€"),
        (-10_100, "-0,0101\u00a0€"),
    ],
)
def test_a_price_is_written_with_all_its_decimals_and_at_least_two(language, micros, shown):
    assert sentences.price(micros) == text.price(micros) == shown


@pytest.mark.parametrize(("value", "shown"), [("7.50", "7,5"), ("10", "10"), ("1234.5", "1234,5")])
def test_a_mark_is_written_in_its_shortest_form(value, shown):
    assert sentences.number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "unit"),
    [(0, "piece"), (1, "piece"), (-1, "piece"), (12_345, "piece"), (999, "g"), (1250, "ml")],
)
def test_a_quantity_is_the_same_in_a_sentence_and_on_a_page(language, value, unit):
    said = text.render(sentences.quantity(value, unit))
    assert text.quantity(value, unit) == said.replace(" ", "\u00a0")


def test_numbers_read_the_same_in_every_language(language):
    assert text.number(12_345) == "12.345" and text.number(2250, 2) == "22,5"


@pytest.mark.parametrize(("cents", "shown"), [(0, ""), (350, "3,50"), (123_450, "1.234,50")])
def test_a_field_of_euro_shows_cents_and_nothing_for_nothing(cents, shown):
    assert sentences.typed_euro(cents) == shown


simple = st.one_of(st.text(), st.integers())
names = st.text("abcdef_", min_size=1).filter(lambda name: name != "text")
messages = st.recursive(
    st.builds(lambda words, values: Message(words, **values), st.text(), st.just({})),
    lambda inner: st.builds(
        lambda words, values: Message(words, **values),
        st.text(),
        st.dictionaries(names, st.one_of(simple, inner), max_size=3),
    ),
)


@given(messages)
def test_a_kept_sentence_reads_back_the_same(message):
    assert sentences.recall(json.loads(json.dumps(sentences.keep(message)))) == message
    words, values = sentences.pack(message)
    assert sentences.unpack(words, json.loads(json.dumps(values))) == message


def test_no_sentence_is_kept_as_none():
    assert sentences.keep(None) is None and sentences.recall(None) is None


def test_a_sentence_survives_the_years_and_both_languages(language):
    memo = Message("{what} ({n})", what=Message("Ricarica"), n=3)
    words, values = sentences.pack(memo)
    again = sentences.unpack(words, json.loads(json.dumps(values)))
    assert again == memo
    assert text.render(again) == {"it": "Ricarica (3)", "en": "Top-up (3)"}[language]


@pytest.mark.parametrize("value", [1.5, True, None, b"x", [1], Decimal(1)])
def test_a_sentence_keeps_only_what_reads_the_same_later(value):
    with pytest.raises(TypeError):
        sentences.pack(Message("{value}", value=value))


def test_a_sentence_without_values_may_hold_braces():
    assert str(sentences.unpack("Resto {di 5}", {})) == "Resto {di 5}"


@pytest.mark.parametrize("write", [sentences.decimal, sentences.amount, sentences.euro])
def test_a_figure_that_is_no_integer_is_not_written_at_all(write):
    """A float would be written with a point, or fail only on some values of some day."""
    with pytest.raises(TypeError):
        write(25.0)
