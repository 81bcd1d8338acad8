"""What a list offers, in plain values."""

import pytest

from kit.errors import Refused
from market.bookings.rules.ordering import LineTerms, check_quantity
from market.catalogue.rules.listed import (
    ListedProduct,
    SupplierList,
    default_step,
    first_orderable,
)


@pytest.mark.parametrize(
    ("values", "orderable"),
    [
        ({"price_micros": 10_000}, True),
        ({"price_micros": 0}, False),
        ({"price_micros": 10_000, "active": False}, False),
    ],
)
def test_only_what_is_active_and_has_a_price_is_orderable(values, orderable):
    assert ListedProduct(row=1, name="Mele", **values).orderable is orderable


@pytest.mark.parametrize(
    ("unit", "price_quantity", "step"),
    [("piece", 1, 1), ("piece", 12, 1), ("g", 1000, 100), ("ml", 750, 75), ("g", 1, 1)],
)
def test_a_step_nobody_names_is_a_piece_or_a_tenth_of_what_is_priced(unit, price_quantity, step):
    assert default_step(unit, price_quantity) == step


def test_the_first_contact_of_a_kind_counts():
    contacts = (("phoneNumber", "1"), ("emailAddress", "a@x.it"), ("emailAddress", "b@x.it"))
    supplier = SupplierList(name="Cascina", contacts=contacts)
    assert supplier.contact("emailAddress") == "a@x.it"
    assert supplier.contact("webSite") == ""


@pytest.mark.parametrize(
    ("step", "minimum", "least"),
    [(1, 0, 1), (100, 0, 100), (3, 4, 6), (3, 6, 6), (500, 100, 500)],
)
def test_the_first_quantity_that_can_be_ordered_is_a_multiple_not_below_the_minimum(
    step, minimum, least
):
    assert first_orderable(step, minimum) == least
    terms = LineTerms(unit="g", per=1000, step=step, minimum=minimum)
    check_quantity(terms, least, least)
    for less in range(1, least):
        with pytest.raises(Refused):
            check_quantity(terms, less, less)
