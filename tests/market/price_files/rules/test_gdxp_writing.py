"""Price lists written as GDXP are valid, and read back as they were."""

import json
from datetime import date
from decimal import Decimal

import jsonschema
from hypothesis import given

from market.catalogue.rules.listed import SupplierList
from market.catalogue.rules.matching import KeptProduct
from market.price_files.export import encode
from market.price_files.rules.diff import compare
from market.price_files.rules.gdxp import parse
from tests.market import samples
from tests.market.catalogue.rules.listed_products import price_lists, unhurried
from tests.market.price_files.gdxp_schema import SCHEMA

TODAY = date(2026, 11, 22)


def exported(products):
    supplier = SupplierList(
        name="Cascina Prova",
        vat_number="00000000017",
        contacts=(("emailAddress", "cascina@example.org"),),
        products=tuple(products),
    )
    return encode([supplier], "Centro di Cremona", TODAY)


@given(price_lists)
@unhurried
def test_what_is_exported_is_valid_gdxp_and_importing_it_changes_nothing(products):
    content = exported(products)
    jsonschema.validate(json.loads(content), SCHEMA)
    parsed = parse(content)
    assert parsed.problems == ()
    kept = [
        KeptProduct(number, f"key {number}", False, listed)
        for number, listed in enumerate(products, start=1)
    ]
    lines = compare(kept, parsed.suppliers[0].products)
    assert [(line.kind, line.product_id, line.changes) for line in lines] == [
        ("same", number, {}) for number in range(1, len(products) + 1)
    ]


def test_the_official_sample_goes_out_as_it_came_in():
    content = samples.official_path().read_bytes()
    before = parse(content).suppliers[0].products
    after = parse(exported(before)).suppliers[0].products
    assert after == before
    original = json.loads(content, parse_float=Decimal)["blocks"][0]["supplier"]["products"]
    written = json.loads(exported(before), parse_float=Decimal)["blocks"][0]["supplier"]["products"]
    for theirs, ours in zip(original, written, strict=True):
        assert ours["orderInfo"]["umPrice"] == theirs["orderInfo"]["umPrice"]
        assert (ours["name"], ours["um"], ours["sku"]) == (
            theirs["name"],
            theirs["um"],
            theirs["sku"],
        )
