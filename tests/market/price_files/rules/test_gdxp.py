"""GDXP files: what is read from good ones, and what is said about bad ones."""

from datetime import date

import pytest

from kit.errors import Refused
from market.price_files.rules.gdxp import PRODUCTS_MAX, parse
from tests.market import samples
from tests.market.price_files.rules.gdxp_files import file_with, only, product


def test_the_official_sample_has_72_products_of_which_24_have_no_price():
    parsed = parse(samples.official_path().read_bytes())
    products = parsed.suppliers[0].products
    assert parsed.problems == ()
    assert len(products) == 72
    assert sum(p.price_micros == 0 for p in products) == 24
    assert sum(not p.active for p in products) == 30
    assert not any(p.orderable for p in products if p.price_micros == 0 or not p.active)
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
    assert (flour.unit, flour.price_micros, flour.price_quantity) == ("g", 1_850_000, 1000)
    assert (flour.case_size, flour.minimum, flour.step) == (5000, 500, 500)
    assert (flour.maximum, flour.available) == (25_000, 200_000)
    assert flour.description == "Macinata a pietra.\nGrano di Vescovato & dintorni."
    assert (corn.unit, corn.price_micros, corn.price_quantity) == ("g", 300_000, 100)
    assert (oil.unit, oil.price_micros, oil.vat_rate) == ("ml", 4_200_000, 1000)
    assert (bread.unit, bread.price_micros, bread.case_size) == ("piece", 3_300_000, 6)
    assert (bran.price_micros, bran.price_quantity, bran.minimum) == (1_250_000, 1000, 500)
    assert (biscuits.unit, biscuits.sold_as) == ("piece", "sacchetto da 300 g")
    assert [str(note) for note in biscuits.notes] == [
        "Trasporto nel file: 0,10\u00a0€ per sacchetto da 300 g."
        " Qui si scrive quando apri l'ordine."
    ]
    assert [product.name for product in supplier.products if product.silent] == [
        *("Pane di segale", "Crusca", "Biscotti", "Semola rimacinata", "Panettone")
    ]
    assert [str(note) for note in supplier.notes] == [
        "Il file parla di un ordine (apre 03/11/2026, chiude 17/11/2026, consegna 24/11/2026):"
        " le date le scrivi tu quando apri il tuo."
    ]
    assert (semolina.price_micros, semolina.orderable) == (0, False)
    assert (panettone.price_micros, panettone.orderable) == (18_000_000, False)


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
    assert only(b"\xef\xbb\xbf" + file_with(product())).price_micros == 3_000_000


def test_twenty_thousand_products_are_accepted_and_one_more_is_not():
    many = [{"name": f"Prodotto {n}", "um": "pz", "orderInfo": {}} for n in range(PRODUCTS_MAX)]
    assert len(parse(file_with(*many)).suppliers[0].products) == 20_000
    with pytest.raises(Refused, match=r"20\.001 prodotti"):
        parse(file_with(*many, product()))


@pytest.mark.parametrize(
    ("typed", "kept", "why"),
    [
        (" Cascina@Example.ORG\n", "cascina@example.org", None),
        ("Cascina <ordini@città.it>", "ordini@xn--citt-3na.it", None),
        ("ordini@cascina", "", "Dopo @ manca la fine"),
        ("a@b.it, c@d.it", "", "C'è più di una @"),
    ],
)
def test_an_address_is_kept_only_if_it_can_be_written_to(typed, kept, why):
    """It is the address the order sheet goes to."""
    contacts = [{"type": "emailAddress", "value": typed}]
    (supplier,) = parse(file_with(product(), supplier={"contacts": contacts})).suppliers
    assert supplier.contact("emailAddress") == kept
    said = [f"L'indirizzo «{typed}» del file non si tiene. {why}"] if why else []
    assert all(
        str(note).startswith(start) for note, start in zip(supplier.notes, said, strict=True)
    )


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "why"),
    [
        ("phoneNumber", "0372 123456", "0372 123456", None),
        ("phoneNumber", "chiedere", "", "Il telefono «chiedere» del file non si tiene. Un numero"),
        ("mobileNumber", "1234", "", "Il telefono «1234» del file non si tiene. Un numero"),
        ("webSite", "www.esempio.it", "https://www.esempio.it", None),
        ("webSite", "javascript:alert(1)", "", "Il sito «javascript:alert(1)» del file non si"),
    ],
)
def test_a_contact_is_kept_only_if_somebody_is_reached_by_it(kind, typed, kept, why):
    contacts = [{"type": kind, "value": typed}]
    (supplier,) = parse(file_with(product(), supplier={"contacts": contacts})).suppliers
    assert supplier.contact(kind) == kept
    assert [str(note).startswith(why or "") for note in supplier.notes] == ([True] if why else [])


@pytest.mark.parametrize(("typed", "kept"), [("26100", "26100"), ("261000", ""), ("", "")])
def test_a_postcode_is_kept_only_if_it_is_one(typed, kept):
    whole = {"address": {"zipCode": typed}}
    (supplier,) = parse(file_with(product(), supplier=whole)).suppliers
    assert supplier.zip_code == kept
    said = ["Il CAP «261000» del file non si tiene."] if typed and not kept else []
    assert [str(note)[: len(said[0])] for note in supplier.notes] == said


@pytest.mark.parametrize(
    "written", ["2026-11-20", "20/11/2026", "2026-11-20T10:30:00Z", "2026-11-20 10:30:00"]
)
def test_the_day_of_a_file_is_read_as_programs_and_people_write_it(written):
    parsed = parse(file_with(product(), creationDate=written))
    assert (parsed.created_on, parsed.notes) == (date(2026, 11, 20), ())


@pytest.mark.parametrize("written", ["2026-02-30", "ieri", 20261120, float("nan"), ["x"]])
def test_a_day_that_cannot_be_read_is_said(written):
    parsed = parse(file_with(product(), creationDate=written))
    (note,) = parsed.notes
    assert parsed.created_on is None and "non si legge" in str(note)
    assert parse(file_with(product(), creationDate="")).notes == ()


def test_a_day_of_an_order_that_cannot_be_read_is_named():
    supplier = {"order": {"openDate": "2026-02-30", "closeDate": "2026-12-01"}}
    notes = parse(file_with(product(), supplier=supplier)).suppliers[0].notes
    assert any("order.openDate: 2026-02-30" in str(note) for note in notes)
    assert not any("order.closeDate" in str(note) for note in notes)
