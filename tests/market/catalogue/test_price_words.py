"""A price in words."""

from types import SimpleNamespace

import pytest

from market.catalogue.price_words import label_of, price_words


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ({"unit": "g", "price_quantity": 1000}, "3,50 € al kg"),
        ({"unit": "ml", "price_quantity": 1000}, "3,50 € al litro"),
        ({"unit": "g", "price_quantity": 750}, "3,50 € ogni 750 g"),
        ({"unit": "piece", "sold_as": "Vaschetta"}, "3,50 € / vaschetta"),
        ({"unit": "piece"}, "3,50 €"),
        ({"unit": "piece", "unit_weight_g": 300}, "3,50 € (11,67 € al kg)"),
    ],
)
def test_a_price_says_what_it_is_for(offer, words):
    defaults = {"price_cents": 350, "price_quantity": 1, "sold_as": "", "unit_weight_g": None}
    assert price_words(SimpleNamespace(**{**defaults, **offer})).replace("\u00a0", " ") == words


def test_a_unit_is_named_in_the_singular():
    assert (label_of("Vaschette"), label_of("cestino")) == ("vaschetta", "cestino")
