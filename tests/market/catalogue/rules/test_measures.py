"""Units of measure as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.catalogue.rules.measures import doubtful, in_smallest, measure, named
from market.catalogue.rules.plain_text import plain_line
from tests.market.catalogue.rules.listed_products import unhurried


@pytest.mark.parametrize(
    ("text", "unit", "quantity", "label"),
    [
        ("Kg", "g", 1000, "kg"),
        ("kg.", "g", 1000, "kg"),
        ("al chilo", "g", 1000, "kg"),
        ("al kg", "g", 1000, "kg"),
        ("€/kg", "g", 1000, "kg"),
        ("euro al Kg.", "g", 1000, "kg"),
        ("1 kg", "g", 1000, "kg"),
        ("1kg", "g", 1000, "kg"),
        ("per 100 g", "g", 100, "hg"),
        ("0,1 kg", "g", 100, "hg"),
        ("0.1 kg", "g", 100, "hg"),
        ("l'etto", "g", 100, "hg"),
        ("al l", "ml", 1000, "l"),
        ("1 lt", "ml", 1000, "l"),
        ("al pezzo", "piece", 1, "pezzo"),
        ("1 pz", "piece", 1, "pezzo"),
        ("1.000 g", "piece", 1, "1.000 g"),
        ("kg/cassetta", "piece", 1, "kg/cassetta"),
        ("ETTI", "g", 100, "hg"),
        ("gr", "g", 1, "g"),
        ("Lt", "ml", 1000, "l"),
        ("litri", "ml", 1000, "l"),
        ("cl", "ml", 10, "cl"),
        ("pezzi", "piece", 1, "pezzo"),
        ("Cad.", "piece", 1, "pezzo"),
        ("Barattoli", "piece", 1, "barattolo"),
        ("Vaschette", "piece", 1, "vaschetta"),
        ("unità", "piece", 1, "pezzo"),
        ("500 g", "piece", 1, "500 g"),
        ("", "piece", 1, "pezzo"),
        ("Non Specificato", "piece", 1, "pezzo"),
        ("N.D.", "piece", 1, "pezzo"),
        ("-", "piece", 1, "pezzo"),
    ],
)
def test_a_unit_is_understood_however_it_is_written(text, unit, quantity, label):
    found = measure(text)
    assert (found.unit, found.quantity, found.label) == (unit, quantity, label)


@given(st.text(max_size=20).map(plain_line))
@unhurried
def test_the_name_of_a_unit_reads_as_the_same_unit(text):
    found = measure(text)
    name = named(found.unit, found.quantity, text)
    assert name is not None
    again = measure(name)
    assert (again.unit, again.quantity) == (found.unit, found.quantity)
    assert measure(found.label) == found


def test_a_piece_never_goes_out_under_the_name_of_a_weight():
    assert named("piece", 1, "kg") == "pezzo"
    assert named("g", 1000, "") == "kg"
    assert named("g", 750, "kg") is None


def test_a_unit_that_means_nothing_is_shown_nowhere():
    assert named("piece", 1, "Non Specificato") == "pezzo"
    assert named("piece", 1, "5") == "pezzo" and measure("5").label == "pezzo"


@pytest.mark.parametrize(
    "text",
    ["kgg", "q.le", "mezzo kg", "kg/cassetta", "500 g", "500g", "1.000 g", "2 kg", "mezzo litro"],
)
def test_a_unit_that_may_be_a_weight_or_a_piece_is_doubtful(text):
    assert doubtful(text)


@pytest.mark.parametrize(
    "text",
    [
        *("kg", "al kg", "100 g", "cestino", "vasetto", "pacchetto", "sacchetto", "l'uno", ""),
        *("vasetto da 500 g", "Cassetta 5 kg", "bottiglia 0,75 l", "Non Specificato"),
    ],
)
def test_a_unit_that_is_known_or_a_thing_of_its_own_is_not(text):
    assert not doubtful(text)


def test_half_a_kilo_is_500_grams_and_half_a_piece_is_nothing():
    assert in_smallest(Decimal("0.5"), measure("kg")) == 500
    assert in_smallest(Decimal("0.5"), measure("pezzi")) is None
    assert in_smallest(Decimal("0.0005"), measure("kg")) is None
