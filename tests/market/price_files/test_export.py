"""Price lists written as GDXP."""

import json

import jsonschema

from market.catalogue.products import Search
from market.price_files import export as gdxp_files
from market.price_files import previews
from market.tables.catalogue import PriceListImport
from tests.market.price_files.files import apply, bring, product
from tests.market.price_files.gdxp_schema import SCHEMA


def preview(session, at, import_id, only=""):
    found = previews.read(session, at.coordinator, import_id, Search(only=only))
    return {line.name: line for line in found.lines}


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
