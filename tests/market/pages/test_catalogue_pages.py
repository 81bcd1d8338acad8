"""Producers, price lists and their import, through the front door."""

import html

import pytest
from sqlalchemy import select

from market.tables.catalogue import PriceListImport, Producer, Product
from people.tables import Person
from tests.jobs import run_all
from tests.market import make
from tests.market.price_files.files import apply, file, product


@pytest.fixture
def at(session):
    return make.world(session)


@pytest.fixture
def coordinator(client, sign_in, session, at):
    return sign_in(client, session.get(Person, at.coordinator.person_id))


def upload(client, at, content, producer=None):
    producer = at.producer.id if producer is None else producer
    return client.post(
        "/price-list-imports",
        data={"centre": str(at.centre.id), "producer": str(producer)},
        files={"file": ("listino.json", content, "application/json")},
        follow_redirects=False,
    )


def text(response):
    return html.unescape(response.text).replace("\u00a0", " ")


def test_a_file_is_previewed_then_applied(coordinator, session, at):
    apply(session, at, product("Mele", 2), product("Pere"))
    sent = upload(coordinator, at, file(product("Mele", 2.5), product("Noci", 0)))
    assert sent.status_code == 303
    page = coordinator.get(sent.headers["location"])
    assert page.status_code == 200
    for words in ("2,00 €", "2,50 €", "+25", "senza prezzo", "Pere", "Aggiorna il listino"):
        assert words in text(page)
    done = coordinator.post(f"{sent.headers['location']}/application", follow_redirects=False)
    assert done.headers["location"] == f"/price-lists/{at.price_list.id}"
    shown = text(coordinator.get(done.headers["location"]))
    assert "Il listino è aggiornato." in shown
    assert "Senza prezzo 1" in shown


def test_a_preview_can_be_searched_and_filtered(coordinator, session, at):
    many = [product(f"Prodotto {n:03}", 0 if n % 2 else 1) for n in range(150)]
    address = upload(coordinator, at, file(*many)).headers["location"]
    first = text(coordinator.get(address))
    assert "Pagina 1 di 2" in first
    assert "Prodotto 099" in first
    assert "Prodotto 100" not in first
    assert "Prodotto 149" in text(coordinator.get(f"{address}?page=2"))
    only = text(coordinator.get(f"{address}?only=not_orderable&words=prodotto+11"))
    assert "Prodotto 021" not in only
    assert "Prodotto 111" in only
    assert "Prodotto 110" not in only
    assert coordinator.get(f"{address}?page=zero&only=boh&words=%25").status_code == 200


def test_problems_are_listed_with_row_field_and_sentence(coordinator, at):
    sent = upload(coordinator, at, file(product("Mele"), product("Pere", "boh")))
    page = text(coordinator.get(sent.headers["location"]))
    assert "orderInfo.umPrice" in page
    assert "«boh» non è un numero." in page
    assert "Aggiorna il listino" not in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vuoto"),
        (b"[" * 100_000, "annidato"),
        (b'{"blocks": NaN}', "NaN"),
        (b"<xml/>", "XML"),
        (b"\xff\xfe\x00", "UTF-16"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_beside_the_field(coordinator, at, content, sentence):
    sent = upload(coordinator, at, content)
    assert sent.status_code == 409
    assert sentence in text(sent)
    assert 'id="e-file"' in sent.text


def test_no_file_is_a_field_error(coordinator, at):
    sent = coordinator.post("/price-list-imports", data={"centre": str(at.centre.id)})
    assert sent.status_code == 422
    assert "Scegli il file del listino." in text(sent)


def test_a_stale_preview_is_not_applied_and_offers_to_compare_again(coordinator, session, at):
    address = upload(coordinator, at, file(product("Mele"))).headers["location"]
    apply(session, at, product("Pere"))
    refused = coordinator.post(f"{address}/application")
    assert refused.status_code == 409
    assert "Confronta di nuovo" in text(refused)
    again = coordinator.post(f"{address}/comparison", follow_redirects=False)
    assert again.status_code == 303
    assert again.headers["location"] != address
    assert coordinator.post(f"{again.headers['location']}/application").status_code == 200


def test_a_large_file_shows_progress_and_then_the_preview(coordinator, session, at):
    content = file(*[product(f"Prodotto {n}") for n in range(2100)])
    address = upload(coordinator, at, content).headers["location"]
    assert "<progress" in coordinator.get(address).text
    assert "in lettura" in text(coordinator.get("/producers"))
    fragment = coordinator.get(address, headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="progress"')
    run_all(session)
    session.expire_all()
    after = coordinator.get(address, headers={"HX-Request": "true"})
    assert after.headers["hx-redirect"] == address
    assert "2100 prodotti" in text(coordinator.get(address)).replace(".", "")


def test_an_import_can_be_put_aside(coordinator, session, at):
    address = upload(coordinator, at, file(product("Mele"))).headers["location"]
    assert coordinator.post(f"{address}/dropping").status_code == 200
    assert "messa da parte" in text(coordinator.get(address))
    assert session.scalars(select(Product)).all() == []


def test_a_file_of_an_unknown_producer_makes_it(coordinator, session, at):
    content = file(product("Farina"), name="Mulino Nuovo", vat="00000000017")
    address = upload(coordinator, at, content, producer="").headers["location"]
    assert "confermando nasce" in text(coordinator.get(address))
    coordinator.post(f"{address}/application")
    assert session.scalars(select(Producer.name).where(Producer.code == "mulino-nuovo")).one()


def test_a_producer_is_added_and_corrected(coordinator, session, at):
    values = {"centre": str(at.centre.id), "name": "Apicoltura", "minimum": "120,50"}
    sent = coordinator.post("/producers", data=values, follow_redirects=False)
    assert sent.status_code == 303
    bees = session.scalars(select(Producer).where(Producer.name == "Apicoltura")).one()
    page = coordinator.get(f"/producers/{bees.id}?centre={at.centre.id}")
    assert "120,5" in page.text
    again = {**values, "email": "api@esempio.it", "active": "yes"}
    assert coordinator.post(f"/producers/{bees.id}", data=again).status_code == 200
    session.refresh(bees)
    assert bees.email == "api@esempio.it"


def test_errors_of_a_producer_stand_beside_their_fields(coordinator, at):
    values = {"centre": str(at.centre.id), "name": "", "vat_number": "123", "email": "boh"}
    sent = coordinator.post("/producers", data=values)
    assert sent.status_code == 422
    for field in ("name", "vat_number", "email"):
        assert f'id="e-{field}"' in sent.text
    assert 'value="123"' in sent.text


def test_codes_of_a_producer_are_read_with_blanks_and_their_check_signs(coordinator, session, at):
    values = {"centre": str(at.centre.id), "name": "Orto", "tax_code": "rss mra 80a01 l219m"}
    wrong = coordinator.post("/producers", data={**values, "vat_number": "IT 01234560198"})
    assert wrong.status_code == 422 and 'value="IT 01234560198"' in wrong.text
    assert "una cifra è sbagliata" in wrong.text and 'id="e-tax_code"' not in wrong.text
    right = coordinator.post("/producers", data={**values, "vat_number": "it 0123 456 0199"})
    assert right.status_code == 200
    garden = session.scalars(select(Producer).where(Producer.name == "Orto")).one()
    assert (garden.vat_number, garden.tax_code) == ("01234560199", "RSSMRA80A01L219M")


def test_one_product_is_corrected_with_errors_beside_the_fields(coordinator, session, at):
    apply(session, at, product("Mele", 2.5, info={"packageQty": 5}))
    apples = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{apples.id}"
    page = coordinator.get(address)
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    values = {"seen": seen, "name": "Mele", "sold_as": "kg", "price": "boh", "maximum": "1"}
    wrong = coordinator.post(address, data={**values, "minimum": "2", "whole_cases": "yes"})
    assert wrong.status_code == 422
    for field in ("price", "maximum", "case_size"):
        assert f'id="e-{field}"' in wrong.text
    right = {"seen": seen, "name": "Mele", "sold_as": "kg", "price": "2,80", "case_size": "5"}
    done = coordinator.post(address, data={**right, "active": "yes"}, follow_redirects=False)
    assert done.status_code == 303
    session.refresh(apples)
    assert (apples.price_cents, apples.price_quantity, apples.case_size) == (280, 1000, 5000)
    late = coordinator.post(address, data={**right, "price": "9,99"})
    assert late.status_code == 409
    assert "Nel frattempo" in text(late)
    assert 'value="9,99"' in late.text


def test_saving_the_form_as_it_is_changes_nothing(coordinator, session, at):
    from market.catalogue import terms
    from market.pages import product_form

    apply(
        session,
        at,
        product("Mele", 2.5, um="Kg", info={"packageQty": 5, "maxQty": 1200.5}),
        product("Uova", 0.35, um="Pezzi", info={"mulQty": 6, "availableQty": 3000}),
        product("Olio", 0, um="cl"),
    )
    for row in session.scalars(select(Product)):
        form = product_form.filled(row)
        read = product_form.read(form, row)
        assert form.errors == {}
        assert read == terms.corrected(row)


def test_a_list_goes_out_as_a_gdxp_file(coordinator, session, at):
    apply(session, at, product("Mele", 2.5))
    address = f"/price-lists/{at.price_list.id}"
    assert "in preparazione" in text(coordinator.post(f"{address}/export"))
    run_all(session)
    page = coordinator.get(address).text
    link = page.split(f'href="{address}/documents/')[1].split('"')[0]
    made = coordinator.get(f"{address}/documents/{link}")
    assert made.json()["blocks"][0]["supplier"]["products"][0]["orderInfo"]["umPrice"] == 2.5
    assert "attachment" in made.headers["content-disposition"]
    assert coordinator.get(f"{address}/documents/999999").status_code == 404


def test_empty_pages_teach_the_first_step(coordinator, session, at):
    assert "Importa il listino" in text(coordinator.get(f"/price-lists/{at.price_list.id}"))
    assert "Cascina Verde" in text(coordinator.get("/producers"))


def test_what_is_not_yours_answers_like_what_does_not_exist(client, sign_in, session, at):
    sent = []
    sign_in(client, session.get(Person, at.coordinator.person_id))
    apply(session, at, product("Mele"))
    import_id = session.scalars(select(PriceListImport.id)).one()
    product_id = session.scalars(select(Product.id)).one()
    other = make.world(session)
    sign_in(client, session.get(Person, other.coordinator.person_id))
    list_id = at.price_list.id
    for address in (
        f"/producers?centre={at.centre.id}",
        f"/producers/{at.producer.id}?centre={at.centre.id}",
        f"/producers/{at.producer.id}",
        f"/price-lists/{list_id}",
        f"/price-lists/{list_id}/products/{product_id}",
        f"/price-list-imports/{import_id}",
        "/price-list-imports/999999",
    ):
        sent.append((address, client.get(address).status_code))
    for address in (
        f"/price-lists/{list_id}/export",
        f"/price-lists/{list_id}/products/{product_id}",
        f"/price-list-imports/{import_id}/application",
        f"/price-list-imports/{import_id}/dropping",
        f"/price-list-imports/{import_id}/comparison",
    ):
        sent.append((address, client.post(address, data={"seen": ""}).status_code))
    assert [found for found in sent if found[1] != 404] == []


def test_an_anonymous_visitor_is_sent_to_sign_in(client, at):
    answer = client.get("/producers", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
