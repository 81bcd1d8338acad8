"""A price list and its products, through the front door."""

from sqlalchemy import select

from kit.audit import AuditEvent
from market.tables.catalogue import PriceListImport, Product
from people.tables.persons import Person
from tests.forms import filled, form
from tests.jobs import run_all
from tests.market import make
from tests.market.pages.shown import text
from tests.market.price_files.files import apply, product


def test_one_product_is_corrected_with_errors_beside_the_fields(coordinator, session, at):
    apply(session, at, product("Mele", 2.5, info={"packageQty": 5}))
    apples = session.scalars(select(Product)).one()
    address = f"/price-lists/{at.price_list.id}/products/{apples.id}"
    values = {"name": "Mele", "sold_as": "kg", "price": "boh", "maximum": "1", "minimum": "2"}
    values |= {"case_size": "", "whole_cases": "yes"}
    wrong = coordinator.post(address, data=filled(coordinator, address, values))
    assert wrong.status_code == 422
    for field in ("price", "maximum", "case_size"):
        assert f'id="e-{field}"' in wrong.text
    right = {"price": "2,80", "maximum": "", "minimum": "", "case_size": "5", "whole_cases": None}
    late = filled(coordinator, address, {"price": "9,99"})
    data = form(wrong.text, address).but(right)
    done = coordinator.post(address, data=data, follow_redirects=False)
    assert done.status_code == 303
    session.refresh(apples)
    assert (apples.price_micros, apples.price_quantity, apples.case_size) == (2_800_000, 1000, 5000)
    asked = coordinator.post(address, data=late)
    assert asked.status_code == 422
    assert "Intanto questo è cambiato" in text(asked) and "2,80" in text(asked)
    assert 'value="9,99"' in asked.text


def test_a_list_goes_out_as_a_gdxp_file(coordinator, session, at):
    apply(session, at, product("Mele", 2.5))
    address = f"/price-lists/{at.price_list.id}"
    asked = filled(coordinator, address, {}, f"{address}/export")
    assert "in preparazione" in text(coordinator.post(f"{address}/export", data=asked))
    run_all(session)
    page = coordinator.get(address).text
    link = page.split(f'href="{address}/documents/')[1].split('"')[0]
    made = coordinator.get(f"{address}/documents/{link}")
    assert made.json()["blocks"][0]["supplier"]["products"][0]["orderInfo"]["umPrice"] == 2.5
    assert "attachment" in made.headers["content-disposition"]
    taken = select(AuditEvent.subject_id).where(AuditEvent.action == "kit.document.handed_out")
    assert session.scalars(taken).all() == [int(link)]
    assert coordinator.get(f"{address}/documents/999999").status_code == 404


def test_a_file_is_asked_for_again_without_a_tick_once_the_list_is_another(
    coordinator, session, at
):
    apply(session, at, product("Mele", 2.5))
    address = f"/price-lists/{at.price_list.id}"

    def ask():
        asked = filled(coordinator, address, {}, f"{address}/export")
        return coordinator.post(f"{address}/export", data=asked)

    assert "in preparazione" in text(ask())
    twin = ask()
    assert twin.status_code == 409 and "Hai già chiesto questo file" in text(twin)
    change = f"{address}/products/{session.scalars(select(Product.id)).one()}"
    coordinator.post(change, data=filled(coordinator, change, {"price": "2,80"}))
    session.expire_all()
    assert ask().status_code == 200, "it would be another file"


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
