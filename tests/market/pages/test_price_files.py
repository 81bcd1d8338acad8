"""Bringing a price list, through the front door: upload, preview, apply."""

import pytest
from sqlalchemy import select

from market.tables.catalogue import Producer, Product
from tests.jobs import run_all
from tests.market.pages.shown import text
from tests.market.price_files.files import apply, file, product


def upload(client, at, content, producer=None):
    producer = at.producer.id if producer is None else producer
    return client.post(
        "/price-list-imports",
        data={"centre": str(at.centre.id), "producer": str(producer)},
        files={"file": ("listino.json", content, "application/json")},
        follow_redirects=False,
    )


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


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(3.33, 3.5, "(+5,1 %)"), (2, 1.5, "(-25 %)"), (3.33, 3.34, "+0,3")],
)
def test_a_changed_price_is_told_in_percent(coordinator, session, at, before, after, said):
    apply(session, at, product("Mele", before))
    sent = upload(coordinator, at, file(product("Mele", after)))
    assert said in text(coordinator.get(sent.headers["location"]))


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
