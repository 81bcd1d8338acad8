"""Finding products again, and naming them apart."""

from hypothesis import given

from market.catalogue.rules.listed import ListedProduct
from market.catalogue.rules.matching import KeptProduct, free_key, match, name_keys
from tests.market.catalogue.rules.listed_products import price_lists, unhurried


def listed(name, sku="", **values):
    return ListedProduct(row=1, name=name, sku=sku, **values)


def kept(number, name, sku="", **values):
    product = listed(name, sku, **values)
    return KeptProduct(number, name.lower(), False, product)


def pairs(before, after):
    return {index: (found.product_id, how) for index, (found, how) in match(before, after).items()}


def test_a_code_comes_before_a_name_that_says_nothing_else():
    before = [kept(1, "Mele", "A"), kept(2, "Pere", "B")]
    after = [listed("Mele Gala", "A"), listed("Pere", "B")]
    assert pairs(before, after) == {0: (1, "sku"), 1: (2, "sku")}


def test_a_code_that_was_moved_to_another_name_leaves_it_to_the_name():
    before = [kept(1, "Mele", "A"), kept(2, "Pere", "B")]
    swapped = [listed("Pere", "A"), listed("Mele", "B")]
    assert pairs(before, swapped) == {0: (2, "name"), 1: (1, "name")}
    moved_on = [listed("Noci", "A"), listed("Mele", "C")]
    assert pairs(before, moved_on) == {1: (1, "name")}


def test_the_name_of_a_product_that_is_gone_does_not_outdo_a_code():
    before = [KeptProduct(1, "mele gala", True, listed("Mele Gala", "X")), kept(2, "Mele", "A")]
    assert pairs(before, [listed("Mele Gala", "A")]) == {0: (2, "sku")}


def test_a_code_that_repeats_leaves_it_to_the_name():
    before = [kept(1, "Mele", "0"), kept(2, "Pere", "0")]
    assert pairs(before, [listed("Pere", "0")]) == {0: (2, "name")}


def test_names_that_repeat_are_paired_in_order_only_where_the_count_agrees():
    twice = [kept(1, "Mele"), kept(2, "Mele")]
    assert pairs(twice, [listed("Mele"), listed("Mele")]) == {0: (1, "name"), 1: (2, "name")}
    assert pairs(twice, [listed("Mele")]) == {}


def test_a_key_that_is_taken_gets_the_unit_then_a_number():
    product = listed("Mele", unit="g")
    assert free_key(product, set()) == "mele"
    assert free_key(product, {"mele"}) == "mele · g"
    assert free_key(product, {"mele", "mele · g", "mele · g · 2"}) == "mele · g · 3"


@given(price_lists)
@unhurried
def test_the_keys_of_a_list_are_all_different(products):
    keys = name_keys(products, match([], products), [])
    assert len(set(keys)) == len(products)
    assert all(keys)
