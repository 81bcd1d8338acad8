"""The terms a product and its offer share."""

from market.tables.catalogue import Product
from market.tables.orders import Offer
from market.tables.terms import TERMS


def test_they_are_the_same_columns_in_both_tables():
    product, offer = Product.__table__.c, Offer.__table__.c
    for name in TERMS:
        assert str(product[name].type) == str(offer[name].type), name
        assert product[name].nullable == offer[name].nullable, name


def test_an_offer_has_no_column_of_a_product_that_is_not_a_term():
    own = {"id", "position"}
    both = set(Product.__table__.c.keys()) & set(Offer.__table__.c.keys())
    assert both - own == set(TERMS)
