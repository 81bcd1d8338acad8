"""One product of a GDXP file: its price, its quantities, what is said about them."""

import pytest

from tests.market.price_files.rules.gdxp_files import file_with, only, product


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        (3, 300),
        (3.5, 350),
        (0.07, 7),
        (1.005e1, 1005),
        (3.3000000000000003, 330),
        ("3,50", 350),
        ("3.500", 350),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("1.000.000", 100000000),
        ("€ 12", 1200),
        ("12,00 €", 1200),
        ("", 0),
        (None, 0),
        (0, 0),
    ],
)
def test_a_price_becomes_whole_cents(written, cents):
    assert only(file_with(product(umPrice=written))).price_cents == cents


def test_a_price_finer_than_a_cent_is_rounded_half_up_and_said():
    listed = only(file_with(product(umPrice=0.125)))
    assert listed.price_cents == 13
    assert str(listed.notes[0]) == "Il prezzo 0.125 è stato arrotondato al centesimo."


def test_a_price_per_gram_of_a_jar_is_pointed_out():
    listed = only(file_with(product(um="GR", umPrice=4)))
    assert (listed.price_cents, listed.price_quantity) == (400, 1)
    assert "controlla l'unità" in str(listed.notes[0])


def test_gasdotto_writes_one_where_it_has_no_minimum():
    content = file_with(product(um="kg", minQty=1), applicationSignature="GASdotto")
    assert only(content).minimum == 0
    assert only(file_with(product(um="kg", minQty=1))).minimum == 1000
