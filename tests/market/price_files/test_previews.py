"""The preview of an import: whose list it is, what it changes."""

import pytest

from kit.errors import Refused
from market.catalogue import products
from market.catalogue.products import Search
from market.price_files import imports, previews
from market.price_files.imports import PriceFile
from market.tables.catalogue import PriceList, PriceListImport
from tests.market.price_files.files import bring, file, product


def names(session, at, only=""):
    rows, _ = products.search(session, at.price_list.id, Search(only=only))
    return [row.name for row in rows]


def preview(session, at, import_id, only=""):
    found = previews.read(session, at.coordinator, import_id, Search(only=only))
    return {line.name: line for line in found.lines}


def test_a_preview_changes_nothing(session, at):
    import_id = bring(session, at, file(product("Mele"), product("Pere", 0)))
    row = session.get(PriceListImport, import_id)
    assert row.state == "previewed"
    assert row.facts["counts"]["new"] == 2
    assert row.facts["counts"]["without_price"] == 1
    assert names(session, at) == []
    assert session.get(PriceList, at.price_list.id).version == 1


def test_a_file_with_problems_is_shown_and_cannot_be_applied(session, at):
    import_id = bring(session, at, file(product("Mele"), product("Pere", "tre euro")))
    row = session.get(PriceListImport, import_id)
    assert row.state == "failed"
    (problem,) = row.facts["problems"]
    assert (problem["row"], problem["name"], problem["field"]) == (2, "Pere", "orderInfo.umPrice")
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.confirm(session, at.coordinator, import_id, at.now)


def test_each_supplier_of_a_file_gets_its_own_preview(session, at):
    other = {"name": "Apicoltura", "vatNumber": "12345678903", "products": [product("Miele", 12)]}
    content = file(product("Mele"), vat="00000000017", suppliers=[other])
    brought = PriceFile(at.centre.id, None, "x.json", content)
    ids = imports.bring(session, at.coordinator, brought, at.now)
    rows = [session.get(PriceListImport, id_) for id_ in ids]
    assert [row.facts["supplier"]["name"] for row in rows] == ["Cascina Verde", "Apicoltura"]
    with pytest.raises(Refused, match="nessuno ha la partita IVA di Cascina Verde"):
        bring(session, at, content)
    at.producer.vat_number = "12345678903"
    session.flush()
    own = session.get(PriceListImport, bring(session, at, content))
    assert own.facts["supplier"]["name"] == "Apicoltura"


def test_a_file_with_other_codes_than_the_producers_says_so(session, at):
    at.producer.vat_number = "00000000017"
    session.flush()
    row = session.get(PriceListImport, bring(session, at, file(product("Mele"), vat="12345678903")))
    assert row.facts["other_codes"] is True
