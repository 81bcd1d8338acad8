"""Bringing a price list, through the front door: upload, preview, apply."""

import re

import pytest
from sqlalchemy import select

from market.catalogue import producers
from market.catalogue.producers import Facts
from market.tables.catalogue import PriceListImport, Producer, Product
from tests.forms import filled, form
from tests.jobs import run_all
from tests.market.pages.shown import text
from tests.market.price_files.files import apply, file, product


def upload(client, at, content, producer=None):
    producer = at.producer.id if producer is None else producer
    page = f"/price-list-imports/new?centre={at.centre.id}"
    return client.post(
        "/price-list-imports",
        data=filled(client, page, {"producer": str(producer)}, "/price-list-imports"),
        files={"file": ("listino.json", content, "application/json")},
        follow_redirects=False,
    )


def confirmed(client, address, page=None):
    """Press the button of a preview, as it is now or as it was shown."""
    page = page or client.get(address).text
    data = form(page, f"{address}/application").values
    return client.post(f"{address}/application", data=data, follow_redirects=False)


def test_a_file_is_previewed_then_applied(coordinator, session, at):
    apply(session, at, product("Mele", 2), product("Pere"))
    sent = upload(coordinator, at, file(product("Mele", 2.5), product("Noci", 0)))
    assert sent.status_code == 303
    page = coordinator.get(sent.headers["location"])
    assert page.status_code == 200
    for words in ("2,00 €", "2,50 €", "+25", "senza prezzo", "Pere", "Aggiorna il listino"):
        assert words in text(page)
    done = confirmed(coordinator, sent.headers["location"])
    assert done.headers["location"] == f"/price-lists/{at.price_list.id}"
    shown = text(coordinator.get(done.headers["location"]))
    assert "Il listino è aggiornato." in shown
    assert "Senza prezzo 1" in shown


def test_of_a_new_product_the_preview_says_all_that_is_kept(coordinator, session, at):
    info = {"packageQty": 6, "mulQty": 2, "minQty": 2, "maxQty": 12, "vatRate": 10}
    full = product("Passata", 2.4, um="bottiglie", info=info, category="Conserve", sku="P-1")
    page = text(
        coordinator.get(upload(coordinator, at, file(full, product("Mele"))).headers["location"])
    )
    shown = " ".join(re.sub(r"<[^>]+>", "", page).split())
    for words in ("Codice: P-1", "Categoria: Conserve", "IVA: 10 %", "Collo: 6 pezzi"):
        assert words in shown
    assert "Multiplo: 2 pezzi · Minimo: 2 pezzi · Massimo: 12 pezzi" in shown
    assert "IVA: 4 % · Collo: nessun collo · Multiplo: " in shown


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
    unseen = text(coordinator.get(f"{address}?words=prodotto%00+11"))
    assert "Prodotto 111" in unseen and "Prodotto 021" not in unseen


def test_problems_are_listed_and_the_other_rows_can_be_taken(coordinator, session, at):
    sent = upload(coordinator, at, file(product("Mele"), product("Pere", "boh")))
    page = text(coordinator.get(sent.headers["location"]))
    assert "orderInfo.umPrice" in page
    assert "«boh» non è un numero." in page
    assert "Una riga non si può leggere e resta fuori" in page
    assert "Aggiorna il listino senza 1 riga" in page
    confirmed(coordinator, sent.headers["location"])
    assert session.scalars(select(Product.name)).all() == ["Mele"]


def test_a_thing_sold_in_halves_stays_out_and_a_size_in_angle_brackets_stays(
    coordinator, session, at
):
    half = product("Toma, anche a metà", 18, um="Forme", info={"mulQty": 0.5})
    sizes = [product(f"Stivali <{size}>", 25, um="Paia") for size in ("40", "42")]
    sent = upload(coordinator, at, file(half, *sizes))
    page = text(coordinator.get(sent.headers["location"]))
    assert "La quantità 0,5 non è intera e qui un pezzo non si divide" in page
    assert "Stivali <40>" in page and "Stivali <42>" in page
    confirmed(coordinator, sent.headers["location"])
    assert session.scalars(select(Product.name).order_by(Product.position)).all() == [
        "Stivali <40>",
        "Stivali <42>",
    ]


def test_a_list_without_a_readable_row_offers_nothing_to_apply(coordinator, at):
    sent = upload(coordinator, at, file(product("Pere", "boh")))
    page = text(coordinator.get(sent.headers["location"]))
    assert "«boh» non è un numero." in page and "Aggiorna il listino" not in page


def test_what_the_file_says_and_nobody_uses_is_named_on_the_page(coordinator, at):
    discount = {
        "type": "discount",
        "operation": "sub",
        "variable": {
            "theshold_type": "price",
            "thesholds": [{"theshold": "1000", "amount": "3%"}],
        },
    }
    supplier = {
        "name": "Saponi",
        "vatNumber": "12345678903",
        "transformations": [discount],
        "products": [product("Sapone", transformations=[{"type": "shipping", "fixed": "0.5"}])],
    }
    content = file(product("x"), vat="00000000017", suppliers=[supplier])
    upload(coordinator, at, content, producer="")
    number = max(
        map(int, re.findall(r"/price-list-imports/(\d+)", coordinator.get("/producers").text))
    )
    page = text(coordinator.get(f"/price-list-imports/{number}"))
    assert "Sconto nel file: 3 % da 1.000,00 € di spesa." in page
    assert "Trasporto nel file: 0,50 €." in page


def test_how_far_a_price_moves_is_said_to_a_tenth_of_a_per_cent(coordinator, session, at):
    apply(session, at, product("Mele", 3), product("Uova", 0.275, um="pezzi"))
    sent = upload(coordinator, at, file(product("Mele", 3.2), product("Uova", 0.27, um="pezzi")))
    page = text(coordinator.get(sent.headers["location"]))
    assert "3,00 € / kg</del> → <ins>3,20 € / kg</ins> (+6,7 %)" in page
    assert "0,275 € / pezzo</del> → <ins>0,27 € / pezzo</ins> (-1,8 %)" in page


def test_what_is_not_limited_any_more_is_said_in_words(coordinator, session, at):
    apply(session, at, product("Mele", info={"availableQty": 15, "maxQty": 2, "packageQty": 5}))
    page = text(coordinator.get(upload(coordinator, at, file(product("Mele"))).headers["location"]))
    for before, after in (
        ("15 kg", "senza limite"),
        ("2 kg", "senza limite"),
        ("5 kg", "nessun collo"),
    ):
        assert f"<del>{before}</del> → <ins>{after}</ins>" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vuoto"),
        (b"[" * 100_000, "annidato"),
        (b'{"blocks": NaN}', "blocks"),
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
    shown = coordinator.get(address).text
    apply(session, at, product("Pere"))
    refused = confirmed(coordinator, address, shown)
    assert refused.status_code == 409
    assert "Confronta di nuovo" in text(refused)
    again = coordinator.post(f"{address}/comparison", follow_redirects=False)
    assert again.status_code == 303
    assert again.headers["location"] != address
    assert confirmed(coordinator, again.headers["location"]).status_code == 303


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


def test_a_list_without_products_says_so_and_can_be_put_aside(coordinator, session, at):
    for content in (file(name="Mulino Nuovo"), file(name="Mulino Nuovo", vat="00000000017")):
        address = upload(coordinator, at, content, producer="").headers["location"]
        page = text(coordinator.get(address))
        assert "Nel file non c'è nessun prodotto." in page
        assert "Non cambia niente" not in page and "escono dal listino" not in page
        assert coordinator.post(f"{address}/dropping").status_code == 200
    assert session.scalars(select(Product)).all() == []


def test_a_list_that_names_none_of_the_products_there_are_says_that_all_leave(
    coordinator, session, at
):
    apply(session, at, product("Mele"), product("Pere"))
    session.commit()
    said = "il listino resta vuoto, ed escono 2 prodotti"
    some, others, none = (
        upload(coordinator, at, file(*products)).headers["location"]
        for products in ((product("Pere"),), (product("Farina"),), ())
    )
    assert said not in text(coordinator.get(some))
    assert said in text(coordinator.get(others)) and said in text(coordinator.get(none))
    assert confirmed(coordinator, none).status_code == 303
    assert session.scalars(select(Product).where(Product.gone_at.is_(None))).all() == []


def test_an_import_can_be_put_aside(coordinator, session, at):
    address = upload(coordinator, at, file(product("Mele"))).headers["location"]
    assert coordinator.post(f"{address}/dropping").status_code == 200
    assert "messa da parte" in text(coordinator.get(address))
    assert session.scalars(select(Product)).all() == []


def test_a_file_of_an_unknown_producer_makes_it(coordinator, session, at):
    content = file(product("Farina"), name="Mulino Nuovo", vat="00000000017")
    address = upload(coordinator, at, content, producer="").headers["location"]
    assert "confermando nasce" in text(coordinator.get(address))
    assert confirmed(coordinator, address).status_code == 303
    assert session.scalars(select(Producer.name).where(Producer.code == "mulino-nuovo")).one()


def test_a_list_of_a_producer_whose_name_is_there_makes_no_second_one_unasked(
    coordinator, session, at
):
    apply(session, at, product("Mele"), product("Pere"))
    session.commit()
    content = file(product("Mele", 4), name=at.producer.name.upper())
    address = upload(coordinator, at, content, producer="").headers["location"]
    page = coordinator.get(address)
    assert "C'è già un produttore che si chiama così" in text(page)
    refused = confirmed(coordinator, address)
    assert refused.status_code == 409 and "di' che questo è un altro" in text(refused)
    assert session.scalars(select(Producer.id)).all() == [at.producer.id]
    comparison = f"{address}/comparison"
    foreign = form(page.text, comparison).but({"producer": "999999"})
    assert coordinator.post(comparison, data=foreign).status_code == 404
    sent = coordinator.post(
        comparison, data=form(page.text, comparison).values, follow_redirects=False
    )
    again = sent.headers["location"]
    compared = text(coordinator.get(again))
    assert "che si chiama così" not in compared and "confermando nasce" not in compared
    assert confirmed(coordinator, again).status_code == 303
    assert session.scalars(select(Producer.id)).all() == [at.producer.id]


def test_a_list_of_another_producer_of_the_same_name_makes_it_where_somebody_says_so(
    coordinator, session, at
):
    content = file(product("Mele", 4), name=at.producer.name)
    address = upload(coordinator, at, content, producer="").headers["location"]
    action = f"{address}/application"
    data = form(coordinator.get(address).text, action).but({"another": "yes"})
    assert coordinator.post(action, data=data, follow_redirects=False).status_code == 303
    names = session.scalars(select(Producer.name)).all()
    assert names == [at.producer.name] * 2


def test_a_preview_is_not_confirmed_unseen(coordinator, session, at):
    address = upload(coordinator, at, file(product("Mele"))).headers["location"]
    refused = coordinator.post(f"{address}/application")
    assert refused.status_code == 409 and "Prima di confermare guarda" in text(refused)
    assert session.scalars(select(Product)).all() == []
    assert confirmed(coordinator, address, refused.text).status_code == 303


def test_a_producer_that_came_meanwhile_is_told_before_the_list_becomes_its(
    coordinator, session, at
):
    content = file(product("Farina"), name="Mulino Nuovo", vat="00000000017")
    address = upload(coordinator, at, content, producer="").headers["location"]
    old = coordinator.get(address).text
    facts = Facts(name="Mulino di Vescovato", vat_number="00000000017")
    producers.welcome(session, at.coordinator, at.centre.id, facts, at.now)
    session.commit()
    refused = confirmed(coordinator, address, old)
    assert refused.status_code == 409 and "è cambiato qualcosa: il produttore. " in text(refused)
    assert "confermando nasce" not in text(refused)
    assert session.scalars(select(Product)).all() == []
    assert confirmed(coordinator, address, refused.text).status_code == 303


def test_a_preview_stored_with_fewer_counts_is_shown_and_done(coordinator, session, at):
    """Of an empty list only the kinds were once counted: its page answered 500 for ever."""
    apply(session, at, product("Mele"))
    address = upload(coordinator, at, file()).headers["location"]
    row = session.get(PriceListImport, int(address.rpartition("/")[2]))
    old = {name: row.facts["counts"][name] for name in ("new", "changed", "same", "gone")}
    row.facts = {**row.facts, "counts": old}
    session.commit()
    page = coordinator.get(address)
    assert page.status_code == 200 and "Nel file non c'è nessun prodotto." in text(page)
    assert confirmed(coordinator, address, page.text).status_code == 303
    assert coordinator.get(address).status_code == 200
