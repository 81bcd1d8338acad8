"""GDXP files for tests, as bytes."""

import json

from market.price_files.rules.gdxp import parse


def file_with(*products, supplier=None, **head):
    """A GDXP file as bytes, with these products of one supplier."""
    document = {
        "protocolVersion": "1.0",
        "creationDate": "2026-11-22",
        "applicationSignature": "prova",
        "subject": {"name": "GAS"},
        "blocks": [
            {
                "supplier": {
                    "name": "Cascina Prova",
                    "vatNumber": "00000000017",
                    "products": list(products),
                    **(supplier or {}),
                }
            }
        ],
        **head,
    }
    return json.dumps(document).encode()


def product(**order_info):
    um = order_info.pop("um", "pezzi")
    return {"name": "Mele", "um": um, "orderInfo": {"umPrice": 3, **order_info}}


def only(content):
    parsed = parse(content)
    assert parsed.problems == ()
    return parsed.suppliers[0].products[0]
