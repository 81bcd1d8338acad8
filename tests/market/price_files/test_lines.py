"""What an import writes into the products of a list."""

from sqlalchemy import event, select

from market.catalogue import products
from market.catalogue.products import Search
from market.price_files import imports, previews
from market.tables.catalogue import Product
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
    assert (honey.price_micros, honey.unit_weight_g) == (9_000_000, 650)


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
