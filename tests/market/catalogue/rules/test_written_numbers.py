"""Numbers as lists write them: every reading they can have."""

from decimal import Decimal

import pytest

from market.catalogue.rules.written_numbers import readings


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", ["3"]),
        ("3,50", ["3.50"]),
        ("3.50", ["3.50"]),
        ("1.234,50", ["1234.50"]),
        ("1,234.50", ["1234.50"]),
        ("1.234.567", ["1234567"]),
        ("0.500", ["0.500"]),
        ("1,250", ["1.250"]),
        ("-1,5", ["-1.5"]),
        *[(text, []) for text in ("", "1.2.3", "1,2,3", "1/2", "½", "٣", "1.", ",5", "a")],
    ],
)
def test_a_number_is_read_with_either_decimal_sign(text, numbers):
    assert readings(text) == tuple(map(Decimal, numbers))


@pytest.mark.parametrize(
    ("text", "numbers"), [("1.000", ["1.000", "1000"]), ("12.500", ["12.500", "12500"])]
)
def test_three_digits_behind_one_point_may_be_decimals_or_thousands(text, numbers):
    assert readings(text) == tuple(map(Decimal, numbers))
