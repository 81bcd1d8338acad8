"""What a quantity costs: rounded once, half up, in whole numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.catalogue.rules.pricing import line_amount


@pytest.mark.parametrize(
    ("micros", "per", "quantity", "amount"),
    [
        (3_500_000, 1000, 1250, 438),
        (3_500_000, 1000, 0, 0),
        (10_000, 2, 1, 1),
        (10_000, 3, 1, 0),
        (10_000, 3, 2, 1),
        (275_000, 1, 60, 1650),
        (275_000, 1, 1, 28),
        (4000, 1, 1, 0),
        (4000, 1, 250, 100),
        (49_999_000, 1, 10, 49_999),
    ],
)
def test_half_a_cent_goes_up(micros, per, quantity, amount):
    assert line_amount(micros, per, quantity) == amount


@given(st.integers(0, 10**12), st.integers(1, 5000), st.integers(0, 10**9))
def test_it_is_the_nearest_cent(micros, per, quantity):
    exact = Fraction(micros * quantity, per * 10_000)
    assert -Fraction(1, 2) < line_amount(micros, per, quantity) - exact <= Fraction(1, 2)


@given(st.integers(1, 10**10), st.integers(1, 5000), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_never_costs_less(micros, per, wanted, more):
    assert line_amount(micros, per, wanted) <= line_amount(micros, per, wanted + more)
