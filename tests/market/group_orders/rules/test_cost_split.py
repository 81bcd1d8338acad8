"""Sharing a cost: exact to the cent, with a proof a household can check."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Refused
from market.group_orders.rules.cost_split import BY, Part, split, thousandths, weight_g


def test_the_published_example_is_proved_in_words():
    parts = [Part("A", 0, 8100, 1), Part("B", 0, 40400, 1)]
    first, second = split(1000, "weight", parts)
    assert (first.cents, second.cents) == (167, 833)
    assert str(first.proof) == "1,67\u00a0€ = 10,00\u00a0€ × 8,1 kg / 48,5 kg"


@pytest.mark.parametrize(
    ("by", "expected", "proof"),
    [
        ("value", [250, 750], "2,50\u00a0€ = 10,00\u00a0€ × 10,00\u00a0€ / 40,00\u00a0€ di merce"),
        ("weight", [333, 667], "3,33\u00a0€ = 10,00\u00a0€ × 1 kg / 3 kg"),
        ("quantity", [200, 800], "2,00\u00a0€ = 10,00\u00a0€ × 2 / 10 tra pezzi, kg e litri"),
        ("equal", [500, 500], "5,00\u00a0€ = 10,00\u00a0€ × 1 / 2 famiglie"),
    ],
)
def test_each_rule_splits_by_its_own_measure(by, expected, proof):
    parts = [Part("A", 1000, 1000, 2000), Part("B", 3000, 2000, 8000)]
    shares = split(1000, by, parts)
    assert [share.cents for share in shares] == expected
    assert str(shares[0].proof) == proof


def test_equal_parts_of_ten_euro_over_three_lose_no_cent():
    shares = split(1000, "equal", [Part(key, 1, 1, 1) for key in "CBA"])
    assert [share.cents for share in shares] == [333, 333, 334]


def test_who_gets_no_goods_pays_nothing():
    shares = split(1000, "equal", [Part("A", 0, 0, 0), Part("B", 10, 10, 10)])
    assert [share.cents for share in shares] == [0, 1000]
    assert str(shares[1].proof) == "10,00\u00a0€: riceve qualcosa una famiglia sola"


def test_a_cost_that_nothing_can_carry_is_refused():
    with pytest.raises(Refused, match="Non c'è merce"):
        split(1000, "weight", [Part("A", 100, 0, 1000)])


def test_a_piece_a_kilogram_and_a_litre_count_the_same():
    assert thousandths(2, "piece") == thousandths(2000, "g") == thousandths(2000, "ml") == 2000
    assert weight_g(3, "piece", 250) == 750
    assert weight_g(3, "piece", None) is None
    assert weight_g(1500, "ml", None) == 1500


_parts = st.lists(
    st.tuples(st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1
).map(lambda rows: [Part(f"{i:04}", *row) for i, row in enumerate(rows)])


@given(st.integers(-(10**7), 10**7), st.sampled_from(BY), _parts)
def test_shares_sum_to_the_total_and_are_less_than_a_cent_from_exact(total, by, parts):
    try:
        shares = split(total, by, parts)
    except Refused:
        return
    assert sum(share.cents for share in shares) == total
    mirrored = split(-total, by, parts)
    assert [share.cents for share in mirrored] == [-share.cents for share in shares]
    weights = {
        "value": [p.value_cents for p in parts],
        "weight": [p.weight_g for p in parts],
        "quantity": [p.quantity for p in parts],
        "equal": [int(p.quantity > 0) for p in parts],
    }[by]
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert weight or not share.cents
        assert not whole or abs(share.cents * whole - total * weight) < whole
