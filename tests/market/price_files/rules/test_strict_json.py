"""JSON from strangers: what is refused, and how it is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Refused
from market.price_files.rules import strict_json
from market.price_files.rules.gdxp import parse
from tests.market.catalogue.rules.listed_products import unhurried

HOSTILE = {
    "nested": (b"[" * 100_000, "annidato"),
    "nested and closed": (b"[" * 100_000 + b"]" * 100_000, "annidato"),
    "nested objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "annidato"),
    "NaN": (b'{"blocks": NaN}', "blocks"),
    "duplicate keys": (b'{"blocks": [], "blocks": []}', "«blocks» è scritto due volte"),
    "duplicate half characters": (rb'{"\ud800": 1, "\ud800": 1}', "scritto due volte"),
    "version 1e400": (b'{"protocolVersion": 1e400, "blocks": [{}]}', "versione 1e400"),
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
    "xlsx": (
        b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml",
        "Questo è un foglio di calcolo: per",
    ),
    "ods": (
        b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet..",
        "Questo è un foglio di calcolo: per",
    ),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "Office di una volta"),
    "jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "Questa è una fotografia"),
    "docx": (b"PK\x03\x04..word/document.xml", "documento di testo"),
    "pdf": (b"%PDF-1.7\n", "Questo è un PDF: per"),
    "pdf after a line": (b"\n%PDF-1.7\n", "Questo è un PDF: per"),
    "csv": (b"nome;prezzo\nMele;2,50\n", "tabella (CSV): per"),
    "csv with commas": (b"nome,prezzo,um\nMele,2.50,kg\n", "tabella (CSV): per"),
    "csv of old": ("quantità;prezzo\n1;2\n".encode("latin-1"), "tabella (CSV): per"),
    "csv with tabs": (b"nome\tprezzo\n", "tabella (CSV): per"),
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


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e400", "1e+20", "1e99999999999999999999", "9" * 5000]
)
def test_what_cannot_be_a_number_stays_as_it_is_written(text):
    """One slip among a thousand rows: whoever reads its field says where it is."""
    assert strict_json.load(f"[{text}, 1]".encode()) == [strict_json.NoNumber(text), 1]


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
