"""Importing a price list: preview, apply exactly that, or not at all."""

import json
from dataclasses import replace

import jsonschema
import pytest
from sqlalchemy import event, select, text

from kit import audit
from kit.errors import NotFound, Refused
from market.catalogue import price_lists, products
from market.catalogue.products import Search
from market.group_orders import opening
from market.price_files import commands, imports, previews
from market.price_files import export as gdxp_files
from market.price_files.imports import PriceFile
from market.tables.catalogue import PriceList, PriceListImport, Producer, Product
from tests import make as people_make
from tests.jobs import queued, run_all
from tests.market import make, samples
from tests.market.price_files.files import apply, bring, file, product
from tests.market.price_files.gdxp_schema import SCHEMA


@pytest.fixture
def at(session):
    return make.world(session)


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


def test_applying_writes_the_products_with_their_terms(session, at):
    apply(
        session,
        at,
        product("Mele", "2,80", info={"packageQty": 5, "minQty": 0.5, "mulQty": 0.5}),
        product("Noci", 0),
        product("Pere", 3, active=False),
    )
    found = session.scalars(select(Product).order_by(Product.position)).all()
    apples, nuts, pears = found
    assert (apples.unit, apples.price_cents, apples.price_quantity) == ("g", 280, 1000)
    assert (apples.case_size, apples.step, apples.minimum, apples.vat_rate) == (5000, 500, 500, 400)
    assert [p.orderable for p in found] == [True, False, False]
    assert (nuts.price_cents, nuts.active) == (0, True)
    assert (pears.price_cents, pears.active) == (300, False)


def test_the_second_import_changes_what_the_preview_said(session, at):
    apply(session, at, product("Mele", 2), product("Pere", 3), product("Noci", 9))
    import_id = bring(session, at, file(product("Noci", 9), product("Mele", 2.5), product("Kiwi")))
    lines = preview(session, at, import_id)
    assert {name: line.kind for name, line in lines.items()} == {
        "Mele": "changed",
        "Kiwi": "new",
        "Pere": "gone",
    }
    assert lines["Mele"].changes == {"price": [[200, 1000], [250, 1000]]}
    assert (lines["Mele"].price_change, lines["Mele"].look_twice) == (250, True)
    assert list(preview(session, at, import_id, "look_twice")) == ["Mele"]
    imports.confirm(session, at.coordinator, import_id, at.now)
    assert names(session, at) == ["Noci", "Mele", "Kiwi"]
    assert names(session, at, "gone") == ["Pere"]


def test_a_product_that_comes_back_is_the_same_product(session, at):
    apply(session, at, product("Mele"), product("Pere"))
    before = session.scalars(select(Product.id).where(Product.name == "Pere")).one()
    apply(session, at, product("Mele"))
    apply(session, at, product("Mele"), product("Pere"))
    pears = session.scalars(select(Product).where(Product.name == "Pere")).one()
    session.refresh(pears)
    assert (pears.id, pears.gone_at, pears.orderable) == (before, None, True)


def test_two_products_may_swap_their_names(session, at):
    apply(session, at, product("Mele", sku="A"), product("Pere", sku="B"))
    ids = dict(session.execute(select(Product.sku, Product.id)).all())
    apply(session, at, product("Pere", sku="A"), product("Mele", sku="B"))
    rows = session.execute(select(Product.sku, Product.id, Product.name)).all()
    assert {(row.sku, row.id, row.name) for row in rows} == {
        ("A", ids["A"], "Pere"),
        ("B", ids["B"], "Mele"),
    }


def test_whole_cases_stay_as_the_centre_decided_while_there_is_a_case(session, at):
    apply(session, at, product("Mele", info={"packageQty": 5}))
    apples = session.scalars(select(Product)).one()
    apples.whole_cases = True
    session.flush()
    apply(session, at, product("Mele", 4, info={"packageQty": 6}))
    session.refresh(apples)
    assert (apples.whole_cases, apples.case_size) == (True, 6000)
    apply(session, at, product("Mele", 4))
    session.refresh(apples)
    assert (apples.whole_cases, apples.case_size) == (False, 0)


def test_the_weight_of_a_new_piece_is_read_from_its_name_and_said(session, at):
    import_id = bring(session, at, file(product("Miele 500 g", um="vasetti"), product("Mele 1 kg")))
    line = preview(session, at, import_id)["Miele 500 g"]
    assert line.notes[0]["values"] == {"grams": 500}
    imports.confirm(session, at.coordinator, import_id, at.now)
    weights = dict(session.execute(select(Product.name, Product.unit_weight_g)).all())
    assert weights == {"Miele 500 g": 500, "Mele 1 kg": None}
    honey = session.scalars(select(Product).where(Product.name == "Miele 500 g")).one()
    honey.unit_weight_g = 650
    session.flush()
    apply(session, at, product("Miele 500 g", 9, um="vasetti"), product("Mele 1 kg"))
    session.refresh(honey)
    assert (honey.price_cents, honey.unit_weight_g) == (900, 650)


def test_a_file_with_problems_is_shown_and_cannot_be_applied(session, at):
    import_id = bring(session, at, file(product("Mele"), product("Pere", "tre euro")))
    row = session.get(PriceListImport, import_id)
    assert row.state == "failed"
    (problem,) = row.facts["problems"]
    assert (problem["row"], problem["name"], problem["field"]) == (2, "Pere", "orderInfo.umPrice")
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.confirm(session, at.coordinator, import_id, at.now)


def test_a_hostile_file_is_refused_before_anything_is_kept(session, at):
    with pytest.raises(Refused, match="annidato"):
        bring(session, at, b"[" * 100_000)
    assert session.scalars(select(PriceListImport)).all() == []


def test_a_preview_of_a_list_that_has_changed_since_is_not_applied(session, at):
    first = bring(session, at, file(product("Mele")))
    apply(session, at, product("Pere"))
    assert previews.read(session, at.coordinator, first, Search()).stale
    with pytest.raises(Refused, match="cambiato dopo l'anteprima"):
        imports.confirm(session, at.coordinator, first, at.now)
    assert names(session, at) == ["Pere"]
    session.rollback()


def test_comparing_again_makes_a_preview_of_the_list_as_it_is_now(session, at):
    first = bring(session, at, file(product("Mele"), product("Pere")))
    apply(session, at, product("Pere"))
    again = imports.compare_again(session, at.coordinator, first, at.now)
    assert session.get(PriceListImport, first).state == "dropped"
    assert {n: line.kind for n, line in preview(session, at, again).items()} == {"Mele": "new"}
    assert imports.confirm(session, at.coordinator, again, at.now).state == "applied"


def test_an_import_is_applied_once(session, at):
    import_id = apply(session, at, product("Mele"))
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.confirm(session, at.coordinator, import_id, at.now)
    with pytest.raises(Refused, match="già stata conclusa"):
        imports.drop(session, at.coordinator, import_id, at.now)


def test_applying_leaves_a_record_with_the_counts_and_the_files_hash(session, at):
    import_id = apply(session, at, product("Mele"), product("Pere"))
    row = session.get(PriceListImport, import_id)
    record = session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "market.price_list.imported")
    ).one()
    assert record.actor_id == at.coordinator.person_id
    assert record.subject_id == at.price_list.id
    assert (record.after["new"], record.after["sha256"]) == (2, row.sha256)


def test_another_centre_finds_nothing(session, at):
    import_id = bring(session, at, file(product("Mele")))
    other = make.world(session)
    for act in (imports.confirm, imports.drop):
        with pytest.raises(NotFound):
            act(session, other.coordinator, import_id, at.now)
    here = PriceFile(at.centre.id, None, "x.json", file())
    with pytest.raises(NotFound):
        imports.bring(session, other.coordinator, here, at.now)
    with pytest.raises(NotFound):
        imports.bring(session, at.coordinator, replace(here, producer_id=10**9), at.now)
    member = people_make.actor(session, None, ("treasurer", "centre", at.centre.id))
    with pytest.raises(NotFound):
        previews.read(session, member, import_id, Search())


def test_a_file_brings_its_producer_when_the_centre_has_none(session, at):
    content = file(product("Farina"), name="Mulino Due Fossi", vat="IT00000000017")
    import_id = bring(session, at, content, producer_id=None)
    assert session.scalars(select(Producer).where(Producer.name == "Mulino Due Fossi")).all() == []
    imports.confirm(session, at.coordinator, import_id, at.now)
    producer = session.scalars(select(Producer).where(Producer.name == "Mulino Due Fossi")).one()
    assert (producer.vat_number, producer.code) == ("00000000017", "mulino-due-fossi")
    again = bring(session, at, content, producer_id=None)
    assert session.get(PriceListImport, again).producer_id == producer.id
    assert preview(session, at, again) == {}


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


def many(count, price=3):
    return [product(f"Prodotto {n:05}", price, sku=f"S{n}") for n in range(count)]


def test_a_large_file_is_read_and_applied_by_the_worker(session, at):
    import_id = bring(session, at, file(*many(2500)))
    row = session.get(PriceListImport, import_id)
    assert row.state == "waiting"
    assert queued(session) == [("market.price_list_import", {"import_id": import_id})]
    run_all(session)
    session.refresh(row)
    assert (row.state, row.progress, row.facts["counts"]["new"]) == ("previewed", 100, 2500)
    assert imports.confirm(session, at.coordinator, import_id, at.now).state == "applying"
    run_all(session)
    session.refresh(row)
    assert (row.state, row.progress) == ("applied", 100)
    assert products.counts(session, at.price_list.id).orderable == 2500


def test_the_job_run_twice_does_its_work_once(session, at):
    from market.price_files.jobs import read_or_apply

    import_id = bring(session, at, file(*many(2001)))
    (name, args) = queued(session)[0]
    run_all(session)
    session.execute(text("update procrastinate_jobs set status = 'todo'"))
    assert run_all(session) == [name]
    assert args == {"import_id": import_id}
    assert read_or_apply is not None
    lines = text("select count(*) from price_list_import_line where import_id = :id")
    assert session.scalar(lines, {"id": import_id}) == 2001


def test_a_large_broken_file_says_why_it_failed(session, at):
    content = file(*many(2500))[:-1]
    import_id = bring(session, at, content)
    run_all(session)
    row = session.get(PriceListImport, import_id, populate_existing=True)
    assert row.state == "failed"
    assert "JSON valido" in row.facts["error"]["text"]


def statements(session, act):
    seen = []
    connection = session.connection()

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_the_number_of_statements_does_not_grow_with_the_list(session, at):
    def once(price, count):
        def act():
            import_id = bring(session, at, file(*many(count, price)))
            imports.confirm(session, at.coordinator, import_id, at.now)

        return statements(session, act)

    once(1, 10)
    assert once(2, 10) == once(3, 1500)


def test_exported_and_imported_again_nothing_changes(session, at):
    apply(
        session,
        at,
        product("Mele", "2,80", info={"packageQty": 5, "minQty": 0.5, "maxQty": 20}),
        product("Uova", 0.35, um="pezzi", sku="U", info={"packageQty": 30, "mulQty": 6}),
        product("Panna", 5, um="cl", active=False),
    )
    content = gdxp_files.export(session, at.price_list, at.now)
    jsonschema.validate(json.loads(content), SCHEMA)
    import_id = bring(session, at, content)
    assert preview(session, at, import_id) == {}
    assert session.get(PriceListImport, import_id).facts["counts"]["same"] == 3


def test_the_official_sample_is_imported_ordered_from_and_exported_again(session, at):
    path = samples.official_path()
    said = commands.import_gdxp(session, path, at.centre.code.lower(), at.now)
    assert said == [
        "Agricola Bargiolina: 72 prodotti, 72 nuovi, 0 cambiati, 0 usciti, 41 non ordinabili"
    ]
    producer = session.scalars(select(Producer).where(Producer.vat_number == "01234567897")).one()
    price_list = price_lists.find(session, at.centre.id, producer.id)
    assert price_list is not None
    count = products.counts(session, price_list.id)
    assert tuple(count) == (72, 31, 24, 30, 0)
    terms = replace(at.terms, price_list_id=price_list.id)
    order_id = opening.open_(session, at.coordinator, terms, at.now)
    offers = text("select count(*) from offer where group_order_id = :id")
    assert session.scalar(offers, {"id": order_id}) == 31
    again = commands.import_gdxp(session, path, at.centre.code, at.now)
    assert "0 nuovi, 0 cambiati, 0 usciti" in again[0]
    exported = commands.export_gdxp(session, producer.code)
    jsonschema.validate(json.loads(exported), SCHEMA)
    brought = PriceFile(at.centre.id, producer.id, "x.json", exported)
    (import_id,) = imports.bring(session, at.coordinator, brought, at.now)
    assert session.get(PriceListImport, import_id).facts["counts"]["same"] == 72


def test_the_command_line_refuses_in_words(session, at, tmp_path):
    path = tmp_path / "listino.json"
    path.write_bytes(file(product("Mele", "boh")))
    with pytest.raises(Refused, match="«boh» non è un numero"):
        commands.import_gdxp(session, path, at.centre.code, at.now)
    with pytest.raises(Refused, match="Non c'è un centro"):
        commands.import_gdxp(session, path, "NESSUNO", at.now)
    with pytest.raises(Refused, match="Non c'è un produttore"):
        commands.export_gdxp(session, "nessuno")
