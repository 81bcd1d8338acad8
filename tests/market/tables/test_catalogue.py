"""What no product can be, whoever writes it."""

import pytest
from sqlalchemy.exc import IntegrityError

from market.tables.catalogue import Product
from tests.market import make


@pytest.mark.parametrize(
    "values",
    [
        {"unit": "kg"},
        {"price_micros": -10_000},
        {"price_quantity": 0},
        {"case_size": -1},
        {"whole_cases": True},
        {"step": 0},
        {"minimum": -1},
        {"minimum": 5, "maximum": 4},
        {"maximum": 0},
        {"available": 0},
        {"vat_rate": 10_001},
        {"unit_weight_g": 0},
    ],
)
def test_terms_that_cannot_be_are_refused_by_the_table(session, at, values):
    with pytest.raises(IntegrityError), session.begin_nested():
        make.product(session, at, **values)


def test_two_products_of_a_list_have_two_keys(session, at):
    make.product(session, at, name_key="mele")
    with pytest.raises(IntegrityError), session.begin_nested():
        make.product(session, at, name_key="mele")
    make.product(session, make.world(session), name_key="mele")


@pytest.mark.parametrize(
    ("values", "orderable"),
    [({}, True), ({"price_micros": 0}, False), ({"active": False}, False)],
)
def test_the_table_itself_says_what_is_orderable(session, at, values, orderable):
    product = make.product(session, at, **values)
    session.refresh(product)
    assert product.orderable is orderable
    product.gone_at = at.now
    session.flush()
    session.refresh(product)
    assert not session.get_one(Product, product.id).orderable
