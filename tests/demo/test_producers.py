"""The producers and their lists: codes that forms accept, quantities that fit, whole files."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from demo import producers
from demo.stage import micros, table, toml
from kit import codes
from market.catalogue.rules import measures
from market.tables.catalogue import Agreement, PriceList, Producer, Product
from people import places

TOLD = toml("producers")
KILO = measures.measure("kg")


def test_every_producer_has_a_vat_number_that_forms_accept():
    for producer in TOLD.values():
        assert codes.vat_number(producer["vat_number"]) == producer["vat_number"]


@pytest.mark.parametrize("key", TOLD)
def test_a_producer_is_somewhere_sells_something_and_to_centres_that_are_there(key):
    told = TOLD[key]
    if "municipality" in told:  # the others are from elsewhere
        assert places.municipality(told["municipality"]) is not None
    centres = {centre["code"] for centre in toml("centres")["centre"]}
    assert told["centres"] and set(told["centres"]) <= centres
    rows = [row for row in table("products") if row["producer"] == key]
    assert rows and len({row["sku"] for row in rows}) == len(rows)


def test_every_product_is_of_a_producer():
    assert {row["producer"] for row in table("products")} == set(TOLD)


@pytest.mark.parametrize("row", table("products"), ids=lambda row: row["producer"] + row["sku"])
def test_a_product_can_be_booked_as_its_list_says(row):
    listed = producers._listed(1, row)
    assert listed.price_micros == micros(row["price"]) > 0
    assert listed.vat_rate in (400, 500, 1000, 2200)
    assert listed.step > 0 and listed.case_size % listed.step == 0
    for bound in (listed.minimum, listed.maximum, listed.available):
        assert bound is None or bound % listed.step == 0
    usual = producers.quantity(row["usual"], measures.measure(row["unit"]))
    assert usual >= listed.step
    if row["whole"] == "sì":
        assert listed.case_size > listed.step


@pytest.mark.parametrize(("text", "grams"), [("0,5", 500), ("3", 3000), ("", 0), ("1.5", 1500)])
def test_quantities_are_read_in_the_unit_of_the_list(text, grams):
    assert producers.quantity(text, KILO) == grams


def test_what_is_no_quantity_is_an_error():
    with pytest.raises(ValueError, match="not a quantity"):
        producers.quantity("0,0001", KILO)
    with pytest.raises(ArithmeticError):
        producers.quantity("molto", KILO)


def test_bounds_that_are_not_told_are_none():
    row = {**table("products")[0], "max": "", "available": "", "min": ""}
    listed = producers._listed(3, row)
    assert (listed.row, listed.maximum, listed.available, listed.minimum) == (3, None, None, 0)


def test_a_list_arrives_whole_and_keeps_what_a_file_never_says(bonemerse):
    rows = [row for row in table("products") if row["producer"] == "orto"]
    told = TOLD["orto"] | {"minimum": 80}
    producers._welcome(bonemerse, "BONEMERSE", told, rows)
    session, centre_id = bonemerse.session, bonemerse.centres["BONEMERSE"]
    producer = session.scalars(select(Producer)).one()
    assert (producer.name, producer.vat_number) == (told["name"], told["vat_number"])
    agreement = session.scalars(select(Agreement)).one()
    assert (agreement.centre_id, agreement.minimum_cents) == (centre_id, 8000)
    list_id = session.scalars(select(PriceList.id)).one()
    found = session.scalars(select(Product).where(Product.price_list_id == list_id)).all()
    assert {product.sku for product in found} == {row["sku"] for row in rows}
    for product in found:
        (row,) = [row for row in rows if row["sku"] == product.sku]
        assert product.price_micros == micros(row["price"])
        assert product.whole_cases is (row["whole"] == "sì")
        assert product.unit_weight_g == (int(row["weight"]) if row["weight"] else None)
        assert product.case_size == producers._listed(1, row).case_size
    assert {product.whole_cases for product in found} == {True, False}


def test_prices_are_written_to_the_cent_or_the_tenth_of_one():
    places = {
        Decimal(row["price"].replace(".", "").replace(",", ".")).as_tuple().exponent
        for row in table("products")
    }
    assert places == {-2, -3}
