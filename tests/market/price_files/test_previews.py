"""The preview of an import: whose list it is, what it changes."""

import pytest

from kit.errors import Refused
from market import checks
from market.catalogue import products
from market.catalogue.products import Search
from market.price_files import imports, previews
from market.price_files.imports import PriceFile
from market.tables.catalogue import Agreement, PriceList, PriceListImport
from tests.market import make
from tests.market.price_files.files import apply, bring, file, product


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


def test_a_row_that_cannot_be_read_is_named_and_left_out_and_its_product_stays(session, at):
    apply(session, at, product("Pere", 2), product("Noci", 9))
    import_id = bring(session, at, file(product("Mele"), product("Pere", "tre euro")))
    row = session.get(PriceListImport, import_id)
    assert (row.state, row.facts["left_out"]) == ("previewed", 1)
    (problem,) = row.facts["problems"]
    assert (problem["row"], problem["name"], problem["field"]) == (2, "Pere", "orderInfo.umPrice")
    assert {name: line.kind for name, line in preview(session, at, import_id).items()} == {
        "Mele": "new",
        "Noci": "gone",
    }
    imports.confirm(session, at.coordinator, import_id, at.now)
    found, _ = products.search(session, at.price_list.id, Search())
    assert {row.name: row.price_micros for row in found} == {"Pere": 2_000_000, "Mele": 3_000_000}
    assert checks.violations(session) == []


@pytest.mark.parametrize(
    "content",
    [
        file(product("Pere", "tre euro")),
        file(product("Mele"), name=""),
        file(product("Mele"), name=["Cascina"]),
    ],
)
def test_a_list_of_which_nothing_can_be_read_cannot_be_applied(session, at, content):
    import_id = bring(session, at, content)
    row = session.get(PriceListImport, import_id)
    assert row.state == "failed" and row.facts["problems"]
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.confirm(session, at.coordinator, import_id, at.now)


def test_what_a_file_says_otherwise_of_a_producer_that_is_known_is_named(session, at):
    at.producer.vat_number, at.producer.locality = "00000000017", "Vescovato"
    session.flush()
    supplier = {
        "name": "CASCINA VERDE",
        "vatNumber": "00000000017",
        "address": {"locality": "Casalmaggiore", "street": "Via Po 1"},
        "contacts": [{"type": "emailAddress", "value": "nuova@esempio.it"}],
        "products": [product("Mele")],
    }
    content = file(product("x"), suppliers=[supplier])
    row = session.get(PriceListImport, bring(session, at, content))
    assert row.facts["stays"] == [
        ["street", "", "Via Po 1"],
        ["locality", "Vescovato", "Casalmaggiore"],
        ["email", "cascina@esempio.it", "nuova@esempio.it"],
    ]
    assert row.facts["contact"] == "stays"
    imports.confirm(session, at.coordinator, row.id, at.now)
    assert at.agreement.email == "cascina@esempio.it" and at.producer.locality == "Vescovato"


def test_a_file_tells_nothing_of_the_contact_another_centre_has_and_does_not_change_it(session, at):
    """Whoever writes a file with a producer's VAT number neither reads nor turns its orders."""
    made = make.world(session)
    made.producer.vat_number = "00000000017"
    made.agreement.email, made.agreement.phone = "segreta@esempio.it", "0372 111"
    session.flush()
    supplier = {
        "name": "Cascina Verde",
        "vatNumber": "00000000017",
        "contacts": [{"type": "emailAddress", "value": "ladro@esempio.it"}],
        "products": [product("Mele")],
    }
    brought = PriceFile(at.centre.id, None, "x.json", file(product("x"), suppliers=[supplier]))
    row = session.get_one(
        PriceListImport, imports.bring(session, at.coordinator, brought, at.now)[-1]
    )
    assert row.producer_id == made.producer.id and row.facts["contact"] == "begins"
    assert "segreta" not in str(row.facts) and "0372 111" not in str(row.facts)
    imports.confirm(session, at.coordinator, row.id, at.now)
    assert (made.agreement.email, made.agreement.phone) == ("segreta@esempio.it", "0372 111")
    mine = session.get_one(Agreement, (at.centre.id, made.producer.id))
    assert (mine.email, mine.phone) == ("ladro@esempio.it", None)


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
