"""A price in words."""

from types import SimpleNamespace

import pytest

from kit.words import text
from market.catalogue import price_words as priced
from market.catalogue.price_words import asked_unit, label_of, price_words
from market.catalogue.rules import measures


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ({"unit": "g", "price_quantity": 1000}, "3,50 € al kg"),
        ({"unit": "ml", "price_quantity": 1000}, "3,50 € al litro"),
        ({"unit": "g", "price_quantity": 100}, "3,50 € all'etto (35,00 € al kg)"),
        ({"unit": "g"}, "3,50 € al grammo (3.500,00 € al kg)"),
        ({"unit": "ml", "price_quantity": 10}, "3,50 € al centilitro (350,00 € al litro)"),
        ({"unit": "g", "price_quantity": 750}, "3,50 € ogni 750 g (4,67 € al kg)"),
        ({"unit": "piece", "sold_as": "Vaschette"}, "3,50 € / vaschetta"),
        ({"unit": "piece", "sold_as": "Non Specificato"}, "3,50 €"),
        ({"unit": "piece", "price_micros": 275_000, "sold_as": "pz"}, "0,275 € / pezzo"),
        ({"unit": "piece"}, "3,50 €"),
    ],
)
def test_a_price_says_what_it_is_for(offer, words):
    defaults = {
        "price_micros": 3_500_000,
        "price_quantity": 1,
        "sold_as": "",
    }
    assert price_words(SimpleNamespace(**{**defaults, **offer})).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("unit", "price_quantity", "asked"),
    [
        ("g", 1000, "kg"),
        ("g", 100, "etti"),
        ("g", 1, "g"),
        ("g", 750, "kg"),
        ("ml", 1000, "litri"),
        ("ml", 10, "cl"),
        ("ml", 750, "litri"),
        ("piece", 1, "pezzi"),
        ("piece", 12, "pezzi"),
    ],
)
def test_a_household_is_asked_in_the_unit_the_price_is_for(unit, price_quantity, asked):
    assert asked_unit(unit, price_quantity) == asked


def test_a_unit_is_named_in_the_singular():
    assert (label_of("Vaschette"), label_of("cestino")) == ("vaschetta", "cestino")


def test_a_unit_that_is_known_is_named_in_the_language_of_the_page():
    token = text.locale.set("en")
    try:
        assert (label_of("Vaschette"), label_of("pz"), label_of("cestino")) == (
            "tub",
            "piece",
            "cestino",
        )
    finally:
        text.locale.reset(token)
    pieces = {label for unit, _, label in measures._NAMES if unit == "piece"}
    assert priced._PIECES.keys() == pieces


def test_what_is_counted_in_pieces_is_never_called_by_a_weight():
    """A list that was read before "1 kg" was understood keeps its pieces."""
    assert label_of("1 kg") == "1 kg"


def test_a_piece_has_no_price_per_kilo_from_its_weight_with_the_glass():
    """Capers, 200 g in a jar of 340 g: 5,40 € a jar are 27,00 € a kilo, not 15,88 €."""
    jar = {"unit": "piece", "price_micros": 5_400_000, "price_quantity": 1}
    capers = SimpleNamespace(**jar, sold_as="vasetto", unit_weight_g=340)
    assert price_words(capers).replace("\u00a0", " ") == "5,40 € / vasetto"
