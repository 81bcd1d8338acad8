"""Euro: read as typed, split to the cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import half_up, parse_euro, split


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12,50", 1250),
        ("12,5", 1250),
        ("12", 1200),
        ("1.234,50", 123450),
        ("12.50", 1250),
        ("1.234", 123400),
        ("€ 3,00", 300),
        ("3,00 €", 300),
        ("-4,10", -410),
        ("0,01", 1),
    ],
)
def test_amounts_are_read_as_italians_type_them(typed, cents):
    assert parse_euro(typed) == cents


@pytest.mark.parametrize("typed", ["", "a", "1,234", "1.23.4", "1,2,3", "--1", "1e3", "nan", "1 2"])
def test_what_is_no_amount_is_not_guessed(typed):
    assert parse_euro(typed) is None


weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(lambda w: sum(w) > 0)


@given(st.integers(-(10**9), 10**9), weights)
def test_parts_sum_to_the_total_and_stay_within_a_cent(total, parts):
    shares = split(total, parts)
    assert sum(shares) == total
    for share, weight in zip(shares, parts, strict=True):
        assert abs(share - Fraction(total * weight, sum(parts))) < 1
        assert weight or share == 0


@given(st.integers(0, 10**6), weights, st.randoms())
def test_the_order_of_the_parts_changes_nothing(total, parts, random):
    keys = [f"k{n:03d}" for n in range(len(parts))]
    known = dict(zip(keys, split(total, parts, keys), strict=True))
    order = list(range(len(parts)))
    random.shuffle(order)
    shuffled = split(total, [parts[i] for i in order], [keys[i] for i in order])
    assert {keys[i]: share for i, share in zip(order, shuffled, strict=True)} == known


@given(st.integers(0, 10**6), weights)
def test_a_discount_mirrors_a_cost(total, parts):
    assert split(-total, parts) == [-share for share in split(total, parts)]


def test_nothing_to_split_over_is_an_error():
    with pytest.raises(ValueError, match="nothing"):
        split(10, [0, 0])


def test_halves_go_away_from_zero():
    assert [half_up(Fraction(n, 2)) for n in (1, 3, -1, -3, 4)] == [1, 2, -1, -2, 2]
