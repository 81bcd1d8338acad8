"""What is said of a typed field: the example it gives is one that the field accepts."""

from datetime import date

import pytest

from kit import typed_words
from kit.typed import Reader
from kit.words import text


def said(reader: Reader) -> str:
    return text.render(reader.errors["x"])


@pytest.mark.parametrize("places", [1, 2, 6])
def test_too_many_decimals_are_counted_in_words(places):
    words = text.render(typed_words.too_fine(places, "1,5"))
    assert f"{places} decimal{'e' if places == 1 else 'i'}" in words and "1,5" in words


def test_what_is_said_of_the_hour_24_can_be_typed():
    reader = Reader({"x": "31/12/2026 24:00"})
    assert reader.instant("x") is None
    assert said(reader) == text.render(typed_words.last_minute(date(2026, 12, 31)))
    again = Reader({"x": said(reader).rpartition("scrivi ")[2].rstrip(".")})
    assert again.instant("x") is not None and not again.errors


@pytest.mark.parametrize("message", [typed_words.NO_DAY, typed_words.NO_INSTANT])
def test_the_example_of_a_day_can_be_typed(message):
    reader = Reader({"x": message.values["example"]})
    read = reader.day if message is typed_words.NO_DAY else reader.instant
    assert read("x") is not None and not reader.errors


def test_an_amount_out_of_bounds_names_both():
    words = text.render(typed_words.not_between("0,01 €", "100,00 €"))
    assert "da 0,01 € a 100,00 €" in words


def test_a_number_of_two_readings_offers_both():
    words = text.render(typed_words.two_ways("1.500", "1500", "1,5"))
    assert "«1.500»" in words and "1500 oppure 1,5" in words


def test_a_foreign_unit_is_named_beside_the_fields_own():
    words = text.render(typed_words.foreign_unit("etti", "kg", "7,5"))
    assert "«etti»" in words and "in kg" in words and "7,5" in words
