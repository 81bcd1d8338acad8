"""Price lists written as GDXP."""

import json

import jsonschema
from markupsafe import escape
from sqlalchemy import select

from market.catalogue.products import Search
from market.price_files import export as gdxp_files
from market.price_files import imports, previews
from market.tables.catalogue import PriceListImport, Product
from people.tables.persons import Person
from tests.forms import filled
from tests.market import make
from tests.market.price_files.files import apply, bring, product
from tests.market.price_files.gdxp_schema import SCHEMA


def preview(session, at, import_id, only=""):
    found = previews.read(session, at.coordinator, import_id, Search(only=only))
    return {line.name: line for line in found.lines}


def test_what_was_typed_in_angle_brackets_comes_back_as_it_was_typed(client, sign_in, session, at):
    """Through the form, out as a file, in again, onto the page; elsewhere such tags are HTML."""
    session.commit()
    coordinator = sign_in(client, session.get(Person, at.coordinator.person_id))
    apply(session, at, product("Guanti", "2,80"))
    name, told = "Guanti <b>M</b> &amp; <S>", "Riga <b>forte</b>\nuna <br> e <!-- due --> &lt;p&gt;"
    id_ = session.scalars(select(Product.id)).one()
    path = f"/price-lists/{at.price_list.id}/products/{id_}"
    typed = filled(coordinator, path, {"name": name, "description": told})
    assert coordinator.post(path, data=typed).status_code == 200
    session.expire_all()
    content = gdxp_files.export(session, at.price_list, at.now)
    import_id = bring(session, at, content)
    assert preview(session, at, import_id) == {}
    other = make.world(session)
    new = bring(session, other, content)
    imports.confirm(session, other.coordinator, new, at.now)
    kept = session.scalars(
        select(Product).where(Product.price_list_id == other.price_list.id)
    ).one()
    assert (kept.name, kept.description) == (name, told)
    page = coordinator.get(f"/price-lists/{at.price_list.id}").text
    assert escape(name) in page and "<b>M</b>" not in page


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
