"""What an import writes into the products of a list."""

import pytest
from sqlalchemy import event, select, text, update

from kit import sentences
from market import checks
from market.catalogue import products
from market.catalogue.products import Search
from market.closings import dry_runs
from market.price_files import imports, previews
from market.tables.catalogue import Product
from tests.market import make
from tests.market.price_files.files import apply, bring, file, product


def names(session, at, only=""):
    rows, _ = products.search(session, at.price_list.id, Search(only=only))
    return [row.name for row in rows]


def preview(session, at, import_id, only=""):
    found = previews.read(session, at.coordinator, import_id, Search(only=only))
    return {line.name: line for line in found.lines}


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
    assert (apples.unit, apples.price_micros, apples.price_quantity) == ("g", 2_800_000, 1000)
    assert (apples.case_size, apples.step, apples.minimum, apples.vat_rate) == (5000, 500, 500, 400)
    assert [p.orderable for p in found] == [True, False, False]
    assert (nuts.price_micros, nuts.active) == (0, True)
    assert (pears.price_micros, pears.active) == (3_000_000, False)


def test_the_second_import_changes_what_the_preview_said(session, at):
    apply(session, at, product("Mele", 2), product("Pere", 3), product("Noci", 9))
    import_id = bring(session, at, file(product("Noci", 9), product("Mele", 2.5), product("Kiwi")))
    lines = preview(session, at, import_id)
    assert {name: line.kind for name, line in lines.items()} == {
        "Mele": "changed",
        "Kiwi": "new",
        "Pere": "gone",
    }
    assert lines["Mele"].changes == {"price": [[2_000_000, 1000], [2_500_000, 1000]]}
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


def test_two_products_may_swap_their_codes_and_keep_what_the_centre_knows_of_them(session, at):
    jars = [
        product("Passata 500 g", um="Pezzi", sku="A"),
        product("Passata 1 kg", um="Pezzi", sku="B"),
    ]
    apply(session, at, *jars)
    small = session.scalars(select(Product).where(Product.sku == "A")).one()
    small.unit_weight_g = 800  # with its glass
    session.flush()
    apply(session, at, *({**jar, "sku": sku} for jar, sku in zip(jars, "BA", strict=True)))
    rows = session.execute(select(Product.sku, Product.name, Product.unit_weight_g)).all()
    assert set(rows) == {("B", "Passata 500 g", 800), ("A", "Passata 1 kg", 1000)}
    session.refresh(small)
    assert small.sku == "B"


def test_transport_by_weight_follows_the_thing_when_its_code_was_moved(session, at):
    large, small = product("Passata 1 kg", 3.6, um="Pezzi"), product("Passata 500 g", um="Pezzi")
    apply(session, at, {**large, "sku": "A"}, {**small, "sku": "B"})
    apply(session, at, {**large, "sku": "B"}, {**small, "sku": "A"})
    ids = dict(session.execute(select(Product.name, Product.id)).all())
    order_id = make.opened(session, at, transport_cents=1200, transport_by="weight")
    for code, name in (("LARGE", "Passata 1 kg"), ("SMALL", "Passata 500 g")):
        make.book(session, at, order_id, make.household(session, at, code), (ids[name], 10))
    result = dry_runs.dry_run(session, at.coordinator, order_id)
    shares = {each.code: each.transport_cents for each in result.households}
    assert shares == {"LARGE": 800, "SMALL": 400}


def test_a_jar_that_got_smaller_weighs_what_its_name_says_and_is_looked_at_twice(session, at):
    apply(session, at, product("Passata 500 g", 2, um="Pezzi", sku="A"))
    import_id = bring(session, at, file(product("Passata 400 g", 2, um="Pezzi", sku="A")))
    line = preview(session, at, import_id)["Passata 400 g"]
    assert (line.kind, line.look_twice, line.price_change) == ("changed", True, 0)
    assert line.changes["unit_weight_g"] == [500, 400]
    words = [str(sentences.recall(note)) for note in line.notes]
    assert words == [
        "Dal nome: un pezzo pesa 400 g.",
        "Al chilo passa da 4,00\u00a0€ a 5,00\u00a0€.",
    ]
    imports.confirm(session, at.coordinator, import_id, at.now)
    assert session.scalars(select(Product.unit_weight_g)).one() == 400


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "Passata rustica"}, True),
        ({"name": "PASSATA, 500 g"}, False),
        ({"um": "vasetti"}, True),
        ({"info": {"packageQty": 12}}, False),
    ],
)
def test_a_weight_that_stays_although_the_thing_changed_is_said(session, at, changed, said):
    first = {"name": "Passata 500 g", "um": "Pezzi", "sku": "A"}
    apply(session, at, product(**first))
    session.execute(update(Product).values(unit_weight_g=800))
    import_id = bring(session, at, file(product(**{**first, **changed})))
    (line,) = preview(session, at, import_id).values()
    stays = "Resta da prima: un pezzo pesa 800 g. Il file non lo dice: controllalo."
    assert ([str(sentences.recall(note)) for note in line.notes] == [stays]) is said
    assert line.look_twice is said
    imports.confirm(session, at.coordinator, import_id, at.now)
    assert session.scalars(select(Product.unit_weight_g)).one() == 800


def test_a_piece_that_is_sold_by_weight_from_now_on_has_no_weight(session, at):
    apply(session, at, product("Passata 500 g", um="Pezzi"))
    import_id = bring(session, at, file(product("Passata 500 g", um="kg")))
    (line,) = preview(session, at, import_id).values()
    assert line.changes["unit_weight_g"] == [500, None]
    imports.confirm(session, at.coordinator, import_id, at.now)
    assert session.scalars(select(Product.unit_weight_g)).one() is None


def test_whole_cases_stay_as_the_centre_decided_while_there_is_a_case(session, at):
    apply(session, at, product("Mele", info={"packageQty": 5}))
    apples = session.scalars(select(Product)).one()
    apples.whole_cases = True
    session.flush()
    import_id = bring(session, at, file(product("Mele", 4, info={"packageQty": 6})))
    (note,) = preview(session, at, import_id)["Mele"].notes
    assert str(sentences.recall(note)) == (
        "Resta da prima: si compra solo a colli interi, da 6 kg."
    )
    imports.confirm(session, at.coordinator, import_id, at.now)
    session.refresh(apples)
    assert (apples.whole_cases, apples.case_size) == (True, 6000)
    import_id = bring(session, at, file(product("Mele", 4)))
    assert preview(session, at, import_id)["Mele"].changes["whole_cases"] == [True, False]
    imports.confirm(session, at.coordinator, import_id, at.now)
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
    assert (honey.price_micros, honey.unit_weight_g) == (9_000_000, 650)


@pytest.mark.parametrize(
    "planted",
    [
        "update product set unit_weight_g = 700 where name = 'Miele 500 g'",
        "update product set price_micros = price_micros + 1 where name = 'Mele'",
        "update product set name_key = 'altro' where name = 'Noci'",
        "update price_list_import_line set terms = jsonb_set(terms, '{step}', '7')",
    ],
)
def test_a_product_that_is_not_what_its_last_import_said_is_found(owner, planted):
    at = make.world(owner)
    apply(owner, at, product("Mele"), product("Miele 500 g", um="vasi"))
    apply(owner, at, product("Mele", 4), product("Miele 500 g", um="vasi"), product("Noci"))
    assert checks.violations(owner) == []
    owner.execute(text(planted))
    found = checks.violations(owner)
    assert found and all(line.startswith("market, price lists: product") for line in found)


def many(count, price=3):
    return [product(f"Prodotto {n:05}", price, sku=f"S{n}") for n in range(count)]


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
