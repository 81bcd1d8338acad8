"""What a new price list changes: matching, changes, jumps, what is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.catalogue.rules.listed import ListedProduct
from market.catalogue.rules.matching import KeptProduct
from market.catalogue.rules.plain_text import comparable
from market.price_files.rules.diff import compare, counts
from tests.market.catalogue.rules.listed_products import price_lists, unhurried


def listed(name, price_micros=3_000_000, **values):
    return ListedProduct(row=1, name=name, price_micros=price_micros, **values)


def kept(product_id, name, price_micros=3_000_000, gone=False, **values):
    return KeptProduct(product_id, comparable(name), gone, listed(name, price_micros, **values))


def test_a_first_list_is_all_new():
    lines = compare([], [listed("Mele"), listed("Pere", 0), listed("Noci", active=False)])
    assert [line.kind for line in lines] == ["new", "new", "new"]
    assert counts(lines) == {
        "new": 3,
        "changed": 0,
        "same": 0,
        "gone": 0,
        "listed": 3,
        "look_twice": 0,
        "without_price": 1,
        "inactive": 1,
        "not_orderable": 2,
        "noted": 0,
    }


def test_what_is_counted_is_the_same_of_an_empty_list():
    assert counts([]) == dict.fromkeys(counts(compare([], [listed("Mele")])), 0)


def test_a_code_that_is_unique_in_both_lists_finds_a_renamed_product():
    (line,) = compare([kept(1, "Mele", sku="M1")], [listed("Mele Gala", sku="M1")])
    assert (line.kind, line.product_id, line.matched_by) == ("changed", 1, "sku")
    assert line.changes == {"name": ["Mele", "Mele Gala"]}
    assert line.name_key == "mele gala"


def test_a_code_that_repeats_in_the_file_identifies_nothing():
    lines = compare([kept(1, "Mele", sku="1")], [listed("Pere", sku="1"), listed("Mele", sku="1")])
    assert [(line.kind, line.product_id) for line in lines] == [("new", None), ("same", 1)]
    assert lines[1].matched_by == "name"


def test_a_code_that_repeats_in_the_kept_list_identifies_nothing():
    lines = compare([kept(1, "Mele", sku="1"), kept(2, "Pere", sku="1")], [listed("Noci", sku="1")])
    assert [(line.kind, line.product_id) for line in lines] == [
        ("new", None),
        ("gone", 1),
        ("gone", 2),
    ]


def test_names_are_the_same_whatever_their_case_accents_and_punctuation():
    (line,) = compare([kept(1, "Cugnà - Barattolo 170 gr")], [listed("CUGNA, barattolo 170 gr")])
    assert (line.product_id, line.matched_by) == (1, "name")


def test_one_name_in_two_units_is_two_products():
    honey = [listed("Miele", unit="g", price_quantity=1000, sold_as="kg"), listed("Miele")]
    lines = compare([kept(7, "Miele", sold_as="pz")], honey)
    assert [(line.kind, line.product_id) for line in lines] == [("new", None), ("same", 7)]
    assert len({line.name_key for line in lines}) == 2


@pytest.mark.parametrize(
    ("before", "after", "change", "look_twice"),
    [
        (1000, 1100, 100, False),
        (1000, 1101, 101, True),
        (1000, 900, -100, False),
        (1000, 899, -101, True),
        (1000, 0, None, False),
        (0, 1000, None, False),
    ],
)
def test_a_price_that_moves_by_more_than_a_tenth_asks_to_look_twice(
    before, after, change, look_twice
):
    (line,) = compare([kept(1, "Mele", before)], [listed("Mele", after)])
    assert (line.price_change, line.look_twice) == (change, look_twice)
    assert line.changes == {"price": [[before, 1], [after, 1]]}


def test_the_same_price_for_another_weight_is_no_change():
    per_kg = {"unit": "g", "price_quantity": 1000, "sold_as": "kg"}
    per_hg = {"unit": "g", "price_quantity": 100, "sold_as": "etti"}
    (line,) = compare([kept(1, "Riso", 300, **per_kg)], [listed("Riso", 30, **per_hg)])
    assert line.kind == "same"


def test_another_unit_asks_to_look_twice():
    per_kg = {"unit": "g", "price_quantity": 1000, "sold_as": "kg"}
    (line,) = compare([kept(1, "Riso")], [listed("Riso", **per_kg)])
    assert line.look_twice
    assert set(line.changes) == {"unit", "price", "sold_as"}


def test_a_product_gone_before_is_not_gone_again_and_may_come_back():
    assert compare([kept(1, "Mele", gone=True)], []) == []
    (line,) = compare([kept(1, "Mele", gone=True)], [listed("Mele")])
    assert (line.kind, line.changes) == ("changed", {"gone": [True, False]})


def test_two_products_may_swap_their_codes():
    lines = compare(
        [kept(1, "Mele", sku="A"), kept(2, "Pere", sku="B")],
        [listed("Pere", sku="A"), listed("Mele", sku="B")],
    )
    assert [(line.product_id, line.changes) for line in lines] == [
        (2, {"sku": ["B", "A"]}),
        (1, {"sku": ["A", "B"]}),
    ]


def test_a_name_taken_by_a_product_that_is_gone_gets_another_key():
    lines = compare(
        [kept(1, "Mele", sku="A", gone=True), kept(2, "Pere", sku="B")],
        [listed("Noci", sku="A"), listed("Mele", sku="B")],
    )
    assert [(line.product_id, line.name_key) for line in lines] == [(1, "noci"), (2, "mele")]
    lines = compare(
        [kept(1, "Mele", sku="A", gone=True), kept(2, "Pere", sku="B")],
        [listed("Mele", sku="B")],
    )
    assert [(line.product_id, line.name_key) for line in lines] == [(2, "mele · pezzo")]


def test_a_row_that_cannot_be_read_leaves_its_product_as_it_is_kept():
    were = [kept(1, "Mele"), kept(2, "Pere", sku="B"), kept(3, "Noci")]
    left_out = [ListedProduct(row=2, name="Pere dolci", sku="B")]
    lines = compare(were, [listed("Mele")], left_out)
    assert [(line.kind, line.product_id) for line in lines] == [("same", 1), ("gone", 3)]
    new = ListedProduct(row=2, name="Kiwi")
    lines = compare(were, [listed("Mele")], [new])
    assert [(line.kind, line.product_id) for line in lines] == [
        ("same", 1),
        ("gone", 2),
        ("gone", 3),
    ]


def test_where_a_row_without_a_name_cannot_be_read_nothing_is_gone():
    were = [kept(1, "Mele"), kept(2, "Pere")]
    lines = compare(were, [listed("Mele")], [ListedProduct(row=2, name="")])
    assert [(line.kind, line.product_id) for line in lines] == [("same", 1)]


def test_a_code_in_a_row_that_cannot_be_read_counts_among_those_that_repeat():
    lines = compare(
        [kept(1, "Mele", sku="1")],
        [listed("Pere", sku="1")],
        [ListedProduct(row=2, name="Noci", sku="1")],
    )
    assert [(line.kind, line.product_id) for line in lines] == [("new", None), ("gone", 1)]


def test_what_a_list_does_not_say_stays_as_it_is_kept():
    (line,) = compare([kept(1, "Mele", vat_rate=1000)], [listed("Mele", silent=("vat_rate",))])
    assert (line.kind, line.outcome.vat_rate) == ("same", 1000)
    (line,) = compare([], [listed("Mele", silent=("vat_rate",))])
    assert line.outcome.vat_rate == 0


@given(price_lists, price_lists, st.data())
@unhurried
def test_every_product_of_both_lists_is_accounted_for_once(before, after, data):
    were = [
        KeptProduct(number, f"key {number}", data.draw(st.booleans()), product)
        for number, product in enumerate(before, start=1)
    ]
    lines = compare(were, after)
    assert [line.listed for line in lines if line.kind != "gone"] == after
    found = [line.product_id for line in lines if line.product_id is not None]
    assert len(found) == len(set(found))
    unseen = {product.product_id for product in were} - set(found)
    assert all(product.gone for product in were if product.product_id in unseen)
    keys = [line.name_key for line in lines]
    assert len(keys) == len(set(keys))
    assert all(keys)
    assert sum(counts(lines)[kind] for kind in ("new", "changed", "same", "gone")) == len(lines)


@given(price_lists)
@unhurried
def test_applying_a_list_twice_changes_nothing_the_second_time(products):
    applied = [
        KeptProduct(number, line.name_key, False, line.listed)
        for number, line in enumerate(compare([], products), start=1)
    ]
    assert all(line.kind == "same" for line in compare(applied, products))
