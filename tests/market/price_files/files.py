"""Files and imports for the tests of the catalogue."""

import json

from market.price_files import imports
from market.price_files.imports import PriceFile


def product(name, price=3, um="kg", **values):
    """A product as GDXP writes it."""
    info = {"umPrice": price, "vatRate": 4, **values.pop("info", {})}
    return {"name": name, "um": um, "orderInfo": info, **values}


def file(*products, name="Cascina Verde", vat="", suppliers=()):
    """A GDXP file with one supplier's products, and more suppliers when told."""
    own = {"name": name, "vatNumber": vat, "products": list(products)}
    return json.dumps(
        {
            "protocolVersion": "1.0",
            "creationDate": "2026-11-20",
            "applicationSignature": "prova",
            "subject": {"name": "GAS"},
            "blocks": [{"supplier": supplier} for supplier in (own, *suppliers)],
        }
    ).encode()


def bring(session, at, content, producer_id=0):
    """Preview a file for the world's producer (None: for whoever the file names)."""
    producer_id = at.producer.id if producer_id == 0 else producer_id
    brought = PriceFile(at.centre.id, producer_id, "listino.json", content)
    ids = imports.bring(session, at.coordinator, brought, at.now)
    return ids[0]


def apply(session, at, *products):
    """Import these products into the world's list."""
    import_id = bring(session, at, file(*products))
    imports.confirm(session, at.coordinator, import_id, at.now)
    return import_id
