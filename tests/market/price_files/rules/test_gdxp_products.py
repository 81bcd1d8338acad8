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
    assert only(file_with(product(umPrice=written))).price_micros == cents * 10_000


@pytest.mark.parametrize(
    ("written", "um", "micros", "per"),
    [
        (0.275, "pezzi", 275_000, 1),
        (0.004, "pezzi", 4000, 1),
        (49.999, "pezzi", 49_999_000, 1),
        ("0,2755", "pezzi", 275_500, 1),
        (12.345, "kg", 12_345_000, 1000),
        (0.0125, "g", 1_250_000, 100),
        (0.000001, "pezzi", 1, 1),
        (1.000001, "g", 1_000_001, 1),
    ],
)
def test_a_price_finer_than_a_cent_is_kept_as_it_is_written(written, um, micros, per):
    listed = only(file_with(product(um=um, umPrice=written)))
    assert (listed.price_micros, listed.price_quantity) == (micros, per)
    assert not any("decimali" in str(note) for note in listed.notes)


def test_a_price_finer_than_a_millionth_is_rounded_half_up_and_said():
    listed = only(file_with(product(umPrice=0.4158333333)))
    assert listed.price_micros == 415_833
    assert str(listed.notes[0]) == (
        "Il prezzo 0,4158333333 ha più di sei decimali: diventa 0,415833\u00a0€."
    )
    nothing = only(file_with(product(umPrice=0.0000001)))
    assert (nothing.price_micros, nothing.orderable) == (0, False)
    assert "diventa 0,00\u00a0€" in str(nothing.notes[0])


@pytest.mark.parametrize("um", ["Non Specificato", "non specificata", "n.d.", "-", ""])
def test_a_unit_that_means_nothing_is_no_unit(um):
    listed = only(file_with({**product(um=um), "category": "Non Specificato"}))
    assert (listed.unit, listed.sold_as, listed.category) == ("piece", "", "")
    assert str(listed.notes[0]) == "Manca l'unità di misura: si conta a pezzi."


@pytest.mark.parametrize("um", [5, "5", "1.5"])
def test_a_unit_without_a_letter_is_not_shown(um):
    listed = only(file_with({**product(um=um), "category": "5"}))
    assert (listed.unit, listed.sold_as, listed.category) == ("piece", "", "5")
    assert str(listed.notes[0]) == f"L'unità «{um}» non dice niente: si conta a pezzi."


def test_a_price_per_gram_of_a_jar_is_pointed_out():
    listed = only(file_with(product(um="GR", umPrice=4)))
    assert (listed.price_micros, listed.price_quantity) == (4_000_000, 1)
    assert "controlla l'unità" in str(listed.notes[0])


def test_gasdotto_writes_one_where_it_has_no_minimum():
    content = file_with(product(um="kg", minQty=1), applicationSignature="GASdotto")
    assert only(content).minimum == 0
    assert only(file_with(product(um="kg", minQty=1))).minimum == 1000


@pytest.mark.parametrize("um", ["kgg", "q.le", "kg/cassetta", "500 g"])
def test_a_unit_that_may_be_a_weight_is_counted_in_pieces_with_a_word(um):
    listed = only(file_with(product(um=um)))
    assert (listed.unit, listed.sold_as) == ("piece", um)
    assert f"L'unità «{um}» non si capisce" in str(listed.notes[0])


def test_a_weight_that_is_written_at_length_is_read_with_a_word():
    listed = only(file_with(product(um="100 g", umPrice=2)))
    assert (listed.unit, listed.price_micros, listed.price_quantity) == ("g", 2_000_000, 100)
    assert str(listed.notes[0]) == "L'unità «100 g» è letta come hg: si vende a peso."
    litre = only(file_with(product(um="al litro")))
    assert str(litre.notes[0]) == "L'unità «al litro» è letta come l: si vende a volume."
    assert only(file_with(product(um="Kg."))).notes == ()


def test_less_than_anybody_may_order_is_said_and_stays():
    scarce = only(file_with(product(um="kg", availableQty=0.05)))
    assert scarce.available == 50
    assert "meno di quanto se ne può ordinare (100 g)" in str(scarce.notes[-1])
    assert only(file_with(product(um="kg", availableQty=0.1))).notes == ()
