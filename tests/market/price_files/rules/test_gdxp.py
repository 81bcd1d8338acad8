"""GDXP files: what is read from good ones, and what is said about bad ones."""

import json
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Refused
from market.catalogue.rules.listed import SupplierList
from market.catalogue.rules.matching import KeptProduct
from market.price_files.export import encode
from market.price_files.rules import strict_json
from market.price_files.rules.diff import compare
from market.price_files.rules.gdxp import PRODUCTS_MAX, parse
from tests.market import samples
from tests.market.catalogue.rules.listed_products import price_lists, unhurried
from tests.market.price_files.gdxp_schema import SCHEMA

TODAY = date(2026, 11, 22)


def file_with(*products, supplier=None, **head):
    """A GDXP file as bytes, with these products of one supplier."""
    document = {
        "protocolVersion": "1.0",
        "creationDate": "2026-11-22",
        "applicationSignature": "prova",
        "subject": {"name": "GAS"},
        "blocks": [
            {
                "supplier": {
                    "name": "Cascina Prova",
                    "vatNumber": "00000000017",
                    "products": list(products),
                    **(supplier or {}),
                }
            }
        ],
        **head,
    }
    return json.dumps(document).encode()


def product(**order_info):
    um = order_info.pop("um", "pezzi")
    return {"name": "Mele", "um": um, "orderInfo": {"umPrice": 3, **order_info}}


def only(content):
    parsed = parse(content)
    assert parsed.problems == ()
    return parsed.suppliers[0].products[0]


def test_the_official_sample_has_72_products_of_which_24_have_no_price():
    parsed = parse(samples.official_path().read_bytes())
    products = parsed.suppliers[0].products
    assert parsed.problems == ()
    assert len(products) == 72
    assert sum(p.price_cents == 0 for p in products) == 24
    assert sum(not p.active for p in products) == 30
    assert not any(p.orderable for p in products if p.price_cents == 0 or not p.active)
    assert sum(p.orderable for p in products) == 31
    assert {p.vat_rate for p in products} == {400, 1000, 2200}
    assert parsed.suppliers[0].vat_number == "01234567897"


def test_our_own_sample_is_read_through_all_its_traps():
    parsed = parse(samples.own("mulino.json"))
    supplier = parsed.suppliers[0]
    assert parsed.problems == ()
    assert supplier.vat_number == "00000000017"
    assert supplier.contact("emailAddress") == "mulino@example.org"
    assert supplier.order is not None and supplier.order.delivery_on == date(2026, 11, 24)
    flour, corn, oil, bread, bran, biscuits, semolina, panettone = supplier.products
    assert (flour.unit, flour.price_cents, flour.price_quantity) == ("g", 185, 1000)
    assert (flour.case_size, flour.minimum, flour.step) == (5000, 500, 500)
    assert (flour.maximum, flour.available) == (25_000, 200_000)
    assert flour.description == "Macinata a pietra.\nGrano di Vescovato & dintorni."
    assert (corn.unit, corn.price_cents, corn.price_quantity) == ("g", 30, 100)
    assert (oil.unit, oil.price_cents, oil.vat_rate) == ("ml", 420, 1000)
    assert (bread.unit, bread.price_cents, bread.case_size) == ("piece", 330, 6)
    assert (bran.price_cents, bran.price_quantity, bran.minimum) == (125, 1000, 500)
    assert (biscuits.unit, biscuits.sold_as) == ("piece", "sacchetto da 300 g")
    assert [str(note) for note in biscuits.notes] == [
        "Il costo di trasporto del file non si importa: va nell'ordine."
    ]
    assert (semolina.price_cents, semolina.orderable) == (0, False)
    assert (panettone.price_cents, panettone.orderable) == (1800, False)


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


@pytest.mark.parametrize("place", ["order", "orderInfo"])
def test_order_dates_are_found_beside_the_products(place):
    dates = {"phase": "order", "openDate": "2026-11-01", "closeDate": "2026-11-30"}
    parsed = parse(file_with(product(), supplier={place: dates}))
    found = parsed.suppliers[0].order
    assert found is not None and found.closes_on == date(2026, 11, 30)


@pytest.mark.parametrize("version", [1, 1.0, "1", "1.0", "1.00"])
def test_the_version_may_be_a_number_or_text(version):
    assert len(parse(file_with(product(), protocolVersion=version)).suppliers) == 1


def test_a_byte_order_mark_is_skipped():
    assert only(b"\xef\xbb\xbf" + file_with(product())).price_cents == 300


def test_gasdotto_writes_one_where_it_has_no_minimum():
    content = file_with(product(um="kg", minQty=1), applicationSignature="GASdotto")
    assert only(content).minimum == 0
    assert only(file_with(product(um="kg", minQty=1))).minimum == 1000


def test_twenty_thousand_products_are_accepted_and_one_more_is_not():
    many = [{"name": f"Prodotto {n}", "um": "pz", "orderInfo": {}} for n in range(PRODUCTS_MAX)]
    assert len(parse(file_with(*many)).suppliers[0].products) == 20_000
    with pytest.raises(Refused, match="20001 prodotti"):
        parse(file_with(*many, product()))


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"name": ""}, "name", "Questo campo manca."),
        ({"name": ["Mele"]}, "name", "Qui serve un testo."),
        ({"name": "M\x00ele"}, "name", "Il testo contiene caratteri non validi."),
        ({"name": "M\ud800ele"}, "name", "Il testo contiene caratteri non validi."),
        ({"name": "M" * 201}, "name", "Il testo è troppo lungo: 201 caratteri, il massimo è 200."),
        ({"orderInfo": {"umPrice": "boh"}}, "orderInfo.umPrice", "«boh» non è un numero."),
        ({"orderInfo": {"umPrice": True}}, "orderInfo.umPrice", "«true» non è un numero."),
        ({"orderInfo": {"umPrice": "1__0"}}, "orderInfo.umPrice", "«1__0» non è un numero."),
        ({"orderInfo": {"umPrice": "٣"}}, "orderInfo.umPrice", "«٣» non è un numero."),
        ({"orderInfo": {"umPrice": -1}}, "orderInfo.umPrice", "Il numero non può essere negativo."),
        (
            {"orderInfo": {"umPrice": 10**9}},
            "orderInfo.umPrice",
            "Il numero è troppo grande: al massimo 1000000.",
        ),
        ({"orderInfo": {"minQty": 0.5}}, "orderInfo.minQty", "La quantità 0.5 non è intera."),
        (
            {"orderInfo": {"minQty": 5, "maxQty": 2}},
            "orderInfo.maxQty",
            "Il massimo è più piccolo del minimo.",
        ),
        ({"orderInfo": 7}, "orderInfo", "Qui serve un oggetto con i suoi campi."),
        ({"active": "forse"}, "active", "Qui serve vero o falso (true, false)."),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_row_and_field(values, field, sentence):
    parsed = parse(file_with(product(), {"name": "Pere", "um": "pezzi", **values}))
    (problem,) = parsed.problems
    assert (problem.block, problem.row, problem.field) == (1, 2, field)
    assert str(problem.message) == sentence
    assert len(parsed.suppliers[0].products) == 1


HOSTILE = {
    "nested": (b"[" * 100_000, "annidato"),
    "nested and closed": (b"[" * 100_000 + b"]" * 100_000, "annidato"),
    "nested objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "annidato"),
    "NaN": (b'{"blocks": NaN}', "contiene NaN"),
    "Infinity": (b'{"blocks": -Infinity}', "contiene -Infinity"),
    "duplicate keys": (b'{"blocks": [], "blocks": []}', "«blocks» è scritto due volte"),
    "duplicate half characters": (rb'{"\ud800": 1, "\ud800": 1}', "scritto due volte"),
    "1e400": (b'{"blocks": 1e400}', "1e400 non può essere vero"),
    "huge exponent": (b'{"blocks": 1e99999999999999999999}', "non può essere vero"),
    "5,000 digits": (b'{"blocks": ' + b"9" * 5000 + b"}", "non può essere vero"),
    "empty": (b"", "vuoto"),
    "only a mark": (b"\xef\xbb\xbf  \n", "vuoto"),
    "bad UTF-8": (b'{"blocks": "\xff"}', "UTF-8"),
    "UTF-16": ('{"blocks": []}'.encode("utf-16"), "UTF-16"),
    "NUL": (b'{"blocks": "\x00"}', "riga 1"),
    "trailing bytes": (b'{"blocks": []} x', "riga 1"),
    "cut short": (b'{"protocolVersion": "1.0", "blo', "riga 1"),
    "XML": (b'<?xml version="1.0"?><gdxp/>', "XML"),
    "zip": (b"PK\x03\x04....", "compresso"),
    "gzip": (b"\x1f\x8b\x08....", "compresso"),
    "a list": (b"[1, 2]", "blocks"),
    "no blocks": (b'{"protocolVersion": "1.0"}', "blocks"),
    "a bare string": (b'"ciao"', "blocks"),
    "version 2": (b'{"protocolVersion": 2, "blocks": [{}]}', "versione 2"),
    "version object": (b'{"protocolVersion": {}, "blocks": [{}]}', "versione"),
    "too large": (b" " * (strict_json.FILE_SIZE_MAX + 1), "troppo grande"),
    "too many blocks": (b'{"blocks": [' + b"{}," * 200 + b"{}]}", "produttori"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_gets_a_clear_sentence(case):
    content, sentence = HOSTILE[case]
    with pytest.raises(Refused) as refusal:
        parse(content)
    assert sentence in str(refusal.value)
    str(refusal.value).encode()


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
@unhurried
def test_random_bytes_raise_nothing_but_refused(content):
    try:
        parse(content)
    except Refused as refusal:
        assert str(refusal)


_KEYS = st.sampled_from(
    ["supplier", "products", "orderInfo", "name", "umPrice", "order", "contacts", "address", "x"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, _JSON)
@unhurried
def test_any_json_in_the_place_of_blocks_is_read_or_refused(block, listed):
    document = {
        "blocks": [block, {"supplier": {"name": "x", "products": [listed]}}, {"supplier": block}]
    }
    try:
        parse(json.dumps(document).encode())
    except Refused as refusal:
        assert str(refusal)


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
