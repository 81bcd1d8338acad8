"""What a quantity costs: rounded once, half up, in whole numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.catalogue.rules.pricing import line_amount


@pytest.mark.parametrize(
    ("price", "per", "quantity", "amount"),
    [(350, 1000, 1250, 438), (350, 1000, 0, 0), (1, 2, 1, 1), (1, 3, 1, 0), (1, 3, 2, 1)],
)
def test_half_a_cent_goes_up(price, per, quantity, amount):
    assert line_amount(price, per, quantity) == amount


@given(st.integers(0, 10**6), st.integers(1, 5000), st.integers(0, 10**6))
def test_it_is_the_nearest_cent(price, per, quantity):
    exact = Fraction(price * quantity, per)
    assert -Fraction(1, 2) < line_amount(price, per, quantity) - exact <= Fraction(1, 2)
