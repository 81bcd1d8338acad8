"""What no file says of a product: what stays, what its name tells, and that both are said."""

import pytest

from market.catalogue.rules.listed import ListedProduct, Unsaid
from market.catalogue.rules.matching import KeptProduct
from market.catalogue.rules.plain_text import comparable
from market.price_files.rules import carried

JAR, SMALLER = "Miele, vaso 1 kg", "Miele, vaso 500 g"


def listed(name, **values):
    values = {"unit": "piece", "price_micros": 9_000_000, **values}
    return ListedProduct(row=1, name=name, **values)


def kept(name, *, grams=None, whole_cases=False, **values):
    unsaid = Unsaid(unit_weight_g=grams, whole_cases=whole_cases)
    return KeptProduct(1, comparable(name), False, listed(name, **values), unsaid=unsaid)


def words(found):
    return " ".join(str(note) for note in found.notes)


def test_a_new_product_weighs_what_its_name_says_and_it_is_said():
    found = carried.of_new(listed(SMALLER))
    assert found.unsaid.unit_weight_g == 500
    assert "500 g" in words(found)
    assert carried.of_new(listed("Uova")).unsaid.unit_weight_g is None


def test_a_smaller_jar_weighs_less_and_its_kilo_is_dearer():
    found = carried.of_kept(kept(JAR, grams=1000), listed(SMALLER), {"name": [JAR, SMALLER]})
    assert found.unsaid.unit_weight_g == 500
    assert found.changes["unit_weight_g"] == [1000, 500]
    assert "Al chilo passa da 9,00\u00a0€ a 18,00\u00a0€." in words(found)
    assert found.look_twice


def test_a_kilo_is_reckoned_by_what_is_inside_and_never_with_the_glass():
    """The old jar weighed 1,4 kg on the scales: its kilo of honey was 9,00 € all the same."""
    found = carried.of_kept(kept(JAR, grams=1400), listed(SMALLER), {"name": [JAR, SMALLER]})
    assert "Al chilo passa da 9,00\u00a0€ a 18,00\u00a0€." in words(found)
    unsaid = carried.of_kept(kept("Miele", grams=1400), listed(SMALLER), {"name": ["", ""]})
    assert "Al chilo" not in words(unsaid)


def test_another_thing_without_a_weight_keeps_the_old_one_and_says_so():
    found = carried.of_kept(kept("Uova", grams=60), listed("Tome"), {"name": ["Uova", "Tome"]})
    assert found.unsaid.unit_weight_g == 60
    assert "Resta da prima: un pezzo pesa 60 g." in words(found)
    assert found.look_twice


@pytest.mark.parametrize("grams", [None, 60])
def test_the_same_thing_stays_as_it_was_without_a_word(grams):
    found = carried.of_kept(kept("Uova", grams=grams), listed("Uova"), {})
    assert (found.unsaid.unit_weight_g, found.changes, words(found)) == (grams, {}, "")
    assert not found.look_twice


def test_what_is_sold_by_weight_has_no_weight_of_a_piece():
    found = carried.of_kept(kept("Mele", grams=150), listed("Mele", unit="g"), {"unit": ["", ""]})
    assert found.unsaid.unit_weight_g is None
    assert found.changes["unit_weight_g"] == [150, None]


def test_whole_cases_stay_with_a_case_and_go_without_one():
    before = kept("Tome", whole_cases=True, case_size=6)
    bigger = carried.of_kept(before, listed("Tome", case_size=8), {"case_size": [6, 8]})
    assert bigger.unsaid.whole_cases
    assert "colli interi, da 8 pezzi" in words(bigger)
    loose = carried.of_kept(before, listed("Tome", case_size=0), {"case_size": [6, 0]})
    assert not loose.unsaid.whole_cases
    assert loose.changes["whole_cases"] == [True, False]


def test_a_new_product_in_a_unit_that_is_not_clear_is_looked_at_twice():
    assert carried.of_new(listed("Mele", sold_as="kgg")).look_twice
    assert not carried.of_new(listed("Mele", sold_as="cestino")).look_twice
    another = {"sold_as": ["pezzo", "kgg"]}
    assert carried.of_kept(kept("Mele"), listed("Mele", sold_as="kgg"), another).look_twice
    same = kept("Mele", sold_as="kgg")
    assert not carried.of_kept(same, listed("Mele", sold_as="kgg"), {}).look_twice


@pytest.mark.parametrize(("available", "said"), [(5, True), (6, False), (None, False)])
def test_less_than_a_case_of_what_is_sold_in_whole_ones_is_said(available, said):
    after = listed("Uova", case_size=6, available=available)
    found = carried.of_kept(kept("Uova", whole_cases=True, case_size=6), after, {})
    assert ("meno di un collo" in words(found)) == said
    assert "meno di un collo" not in words(carried.of_kept(kept("Uova", case_size=6), after, {}))
