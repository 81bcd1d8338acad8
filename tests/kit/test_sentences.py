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


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1_000_000, "1.000.000"),
        (-1234, "-1.234"),
        (Decimal("1000.50"), "1.000,5"),
        (Decimal("-0.25"), "-0,25"),
        (Decimal("1E+9"), "1.000.000.000"),
    ],
)
def test_a_bound_is_written_with_its_thousands(value, shown):
    assert sentences.bound(value) == shown


@pytest.mark.parametrize(
    ("value", "unit", "number"),
    [
        (1, "piece", 1),
        (2, "piece", 2),
        (0, "piece", 2),
        (1000, "piece", 2),
        (1, "g", 1),
        (1000, "g", 1),
        (1500, "g", 2),
        (500, "g", 2),
        (1000, "ml", 1),
        (2000, "ml", 2),
    ],
)
def test_a_quantity_that_is_read_as_one_is_singular(value, unit, number):
    shown = text.quantity(value, unit)
    assert (shown.partition("\u00a0")[0] == "1") == (number == 1)
    assert sentences.many_of(value, unit) == number


@pytest.mark.parametrize(
    ("value", "unit", "per", "words", "number"),
    [
        (100, "g", 100, "1 etto", 1),
        (150, "g", 100, "1,5 etti", 2),
        (1000, "g", 100, "10 etti", 2),
        (50, "g", 1000, "0,05 kg", 2),
        (1000, "g", 1000, "1 kg", 1),
        (1500, "g", 1, "1.500 g", 2),
        (750, "ml", 1000, "0,75 l", 2),
        (10, "ml", 10, "1 cl", 1),
        (1, "piece", 1, "1 pezzo", 1),
        (3, "piece", 1, "3 pezzi", 2),
    ],
)
def test_a_quantity_is_named_in_the_unit_a_field_asks_in(value, unit, per, words, number):
    assert str(sentences.asked_quantity(value, unit, per)) == words
    assert sentences.many_of(value, unit, per) == number


@pytest.mark.parametrize(("cents", "number"), [(100, 1), (1, 2), (0, 2), (101, 2), (200, 2)])
def test_one_euro_is_singular_and_no_other_amount(cents, number):
    assert sentences.many_euro(cents) == number


def lacking(n):
    what = sentences.quantity(n, "piece")
    return sentences.counted(n, "{n}: manca {what}", "{n}: mancano {what}", what=what)


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "0: mancano 0 pezzi"),
        (1, "1: manca 1 pezzo"),
        (2, "2: mancano 2 pezzi"),
        (11, "11: mancano 11 pezzi"),
        (1500, "1.500: mancano 1.500 pezzi"),
    ],
)
def test_a_counted_sentence_has_the_form_of_its_number(n, said):
    assert str(lacking(n)) == text.render(lacking(n)) == said


def test_a_counted_sentence_is_translated_in_the_form_of_its_number(language):
    said = {
        n: text.render(
            sentences.counted(
                n,
                "Usa al massimo {n} decimale, per esempio {example}.",
                "Usa al massimo {n} decimali, per esempio {example}.",
                example="1,5",
            )
        )
        for n in (1, 2)
    }
    assert (
        said
        == {
            "it": {
                1: "Usa al massimo 1 decimale, per esempio 1,5.",
                2: "Usa al massimo 2 decimali, per esempio 1,5.",
            },
            "en": {
                1: "Use at most 1 decimal, for example 1,5.",
                2: "Use at most 2 decimals, for example 1,5.",
            },
        }[language]
    )


@pytest.mark.parametrize("n", [1, 7])
def test_a_counted_sentence_is_kept_with_its_number(n):
    kept = json.loads(json.dumps(sentences.keep(lacking(n))))
    assert sentences.recall(kept) == lacking(n) != lacking(n + 1)
    inside = Message("{what}!", what=lacking(n))
    assert sentences.recall(json.loads(json.dumps(sentences.keep(inside)))) == inside
    words, values = sentences.pack(lacking(n))
    again = sentences.unpack(words, json.loads(json.dumps(values)))
    assert text.render(again) == str(again) == str(lacking(n))


def test_a_sentence_that_was_kept_before_there_were_counted_ones_still_reads():
    kept = {"text": "Mancano {what}", "values": {"what": {"text": "{n} kg", "values": {"n": "3"}}}}
    assert str(sentences.recall(kept)) == "Mancano 3 kg"


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


def test_what_to_do_can_be_left_out_of_a_sentence_also_when_it_was_kept():
    why, advice = Message("Ha {n} pagine.", n="9"), Message("Dividilo.")
    whole = sentences.advised(why, advice)
    assert str(whole) == "Ha 9 pagine. Dividilo."
    kept = sentences.recall(sentences.keep(whole))
    assert kept is not None and sentences.apart(kept) == (why, advice)
    assert sentences.apart(why) == (why, None)
