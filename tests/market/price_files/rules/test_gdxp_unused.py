"""Every field of a GDXP file is used, or said, or listed with the reason why not."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from market.price_files.rules.gdxp import parse
from market.price_files.rules.gdxp_unused import IGNORED
from tests.market.catalogue.rules.listed_products import unhurried
from tests.market.price_files.gdxp_schema import SCHEMA

# What GASdotto and others write beyond the schema, by the place where they write it.
PRODUCT = "blocks.0.supplier.products.0"
BEYOND: dict[str, Any] = {
    "subject.global_id": "gas-7",
    f"{PRODUCT}.vatRate": 22,
    f"{PRODUCT}.umPrice": 7,
    f"{PRODUCT}.variants": [{"name": "taglia", "values": ["S", "M"]}],
    f"{PRODUCT}.transformations": [{"type": "discount", "operation": "sub", "fixed": "5%"}],
    f"{PRODUCT}.attachments": [{"name": "scheda.pdf", "contents": "JVBERi0="}],
    f"{PRODUCT}.bookingInfo.totalQty": 12,
    f"{PRODUCT}.bookingInfo.other": 12,
    f"{PRODUCT}.orderInfo.umPriceNet": 2.5,
    "blocks.0.supplier.transformations": [{"type": "shipping", "fixed": "10"}],
    "blocks.0.supplier.attachments": [{"name": "listino.pdf", "contents": "JVBERi0="}],
    "blocks.0.supplier.address.country": "IT",
    "blocks.0.supplier.order.deliveryDate": "2026-12-12",
    "blocks.0.supplier.orderInfo.openDate": "2026-12-01",
    "blocks.0.orderInfo.closeDate": "2026-12-09",
    "blocks.0.extra": "qualcosa",
    "license": "CC0",
}


def leaves(schema: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Every field of a schema by its path, with a value that a file might say there."""
    if schema.get("type") == "object":
        found: dict[str, Any] = {}
        for name, inner in schema["properties"].items():
            found |= leaves(inner, f"{path}.{name}" if path else name)
        return found
    if schema.get("type") == "array":
        return leaves(schema["items"], f"{path}.0")
    if "enum" in schema:
        return {path: schema["enum"][0]}
    if schema.get("type") in ("number", "integer"):
        return {path: 9}
    return {path: {"boolean": False}.get(schema.get("type", ""), "Testo di prova")}


FIELDS = {
    **{f: v for f, v in leaves(SCHEMA).items() if f not in ("protocolVersion", "creationDate")},
    **BEYOND,
    # A contact says something only with its kind and its value.
    "blocks.0.supplier.contacts.0": {"type": "webSite", "value": "https://esempio.it"},
    "blocks.0.supplier.contacts.1": {"type": "faxNumber", "value": "0372 555"},
    "blocks.0.supplier.contacts.2": {"type": "mobileNumber", "value": "333 555"},
    "creationDate": "2026-11-26",
}
FIELDS = {f: v for f, v in FIELDS.items() if not f.endswith((".type", ".value"))}


def smallest() -> dict[str, Any]:
    """A file that says as little as one may."""
    product = {"name": "Mele", "um": "kg", "orderInfo": {"umPrice": 3}}
    supplier = {
        "name": "Cascina",
        "vatNumber": "00000000017",
        "contacts": [{}, {"type": "phoneNumber", "value": "0372 1"}, {}],
        "products": [product],
    }
    return {
        "protocolVersion": "1.0",
        "creationDate": "2026-01-01",
        "subject": {"name": "GAS"},
        "blocks": [{"supplier": supplier}],
    }


def put(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Say one thing more."""
    found = deepcopy(document)
    *way, last = path.split(".")
    place: Any = found
    for step in way:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    place[int(last) if last.isdigit() else last] = value
    return found


def words_of(document: dict[str, Any]) -> tuple[Any, list[str]]:
    """What is read of a file, apart from its words; and its words."""
    parsed = parse(json.dumps(document).encode())
    assert parsed.problems == ()
    (supplier,) = parsed.suppliers
    words = [str(note) for note in (*parsed.notes, *supplier.notes)]
    (product,) = supplier.products
    words += [str(note) for note in product.notes]
    read = [replace(supplier, products=(), notes=()), replace(product, notes=())]
    return [*read, parsed.created_on, parsed.subject, parsed.application], words


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_is_used_or_said_or_listed_with_its_reason(path):
    without, before = words_of(smallest())
    told, words = words_of(put(smallest(), path, FIELDS[path]))
    used, said = told != without, words != before
    ignored = any(path == name or path.startswith(f"{name}.") for name in IGNORED)
    assert used or said or ignored
    assert not (ignored and (used or said)), "what is read or said is not ignored"


NAMES = st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=12, max_size=16)
PLACES = ["", "blocks.0", "blocks.0.supplier", PRODUCT, f"{PRODUCT}.orderInfo"]


@given(st.sampled_from(PLACES), NAMES, st.one_of(st.integers(1, 999), st.just([1]), st.just("x")))
@unhurried
def test_a_field_nobody_knows_is_named_wherever_it_stands(place, name, value):
    assume(name != "transformations")
    path = f"{place}.{name}" if place else name
    _, words = words_of(put(smallest(), path, value))
    assert any(name in sentence and "qui non si usa" in sentence for sentence in words)


def test_every_reason_to_leave_a_field_out_is_a_sentence():
    assert all(len(reason.split()) > 5 for reason in IGNORED.values())


@pytest.mark.parametrize(
    ("transformation", "words"),
    [
        ({"type": "discount", "fixed": "5%"}, "Sconto nel file: 5 %."),
        ({"type": "shipping", "fixed": "10"}, "Trasporto nel file: 10,00 €."),
        ({"type": "altro", "fixed": 1.125}, "Variazione nel file: 1,125 €."),
        (
            {
                "type": "shipping",
                "variable": {
                    "theshold_type": "price",
                    "thesholds": [
                        {"theshold": 0, "amount": "10"},
                        {"theshold": "450", "amount": "0"},
                    ],
                },
            },
            "Trasporto nel file: 10,00 €; 0,00 € da 450,00 € di spesa.",
        ),
        (
            {
                "type": "discount",
                "variable": {
                    "threshold_type": "weight",
                    "thresholds": [{"threshold": 20, "amount": "2%"}],
                },
            },
            "Sconto nel file: 2 % da 20 kg.",
        ),
        ({"type": "discount", "variable": 7}, "Sconto nel file: …."),
        ("boh", "Variazione nel file: boh."),
        ({"type": "discount", "fixed": {"a": 1}}, "Sconto nel file: …."),
    ],
)
def test_discounts_and_transport_are_told_in_words(transformation, words):
    document = put(smallest(), "blocks.0.supplier.transformations", [transformation])
    _, found = words_of(document)
    (sentence,) = found
    shown = sentence.replace("\u00a0", " ")
    assert shown == f"{words} Qui non si usa ancora: tienine conto nell'ordine."


@pytest.mark.parametrize("name", ["vatRate", "umPrice", "packageQty", "minQty", "availableQty"])
def test_what_an_older_export_writes_beside_order_info_is_read(name):
    inside = put(smallest(), f"{PRODUCT}.orderInfo.{name}", 4)
    beside = smallest()
    (product,) = beside["blocks"][0]["supplier"]["products"]
    product["orderInfo"].pop(name, None)
    product[name] = 4
    assert words_of(beside) == words_of(inside)
