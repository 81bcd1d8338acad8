"""GDXP 1.0 as a JSON schema, written from its description, to judge what we export."""

_TEXT = {"type": "string"}
_AMOUNT = {"type": "number", "minimum": 0}
_ADDRESS = {
    "type": "object",
    "properties": {"street": _TEXT, "locality": _TEXT, "zipCode": _TEXT},
}
_CONTACT = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["phoneNumber", "faxNumber", "mobileNumber", "emailAddress", "webSite"]},
        "value": {"type": "string", "minLength": 1},
    },
}
_PRODUCT = {
    "type": "object",
    "required": ["name", "um", "orderInfo"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "um": {"type": "string", "minLength": 1},
        "sku": _TEXT,
        "category": _TEXT,
        "description": _TEXT,
        "active": {"type": "boolean"},
        "orderInfo": {
            "type": "object",
            "required": ["umPrice"],
            "properties": {
                "umPrice": _AMOUNT,
                "packageQty": {"type": "integer", "minimum": 1},
                "minQty": _AMOUNT,
                "maxQty": _AMOUNT,
                "mulQty": _AMOUNT,
                "availableQty": _AMOUNT,
                "shippingCost": _AMOUNT,
                "vatRate": {"type": "number", "minimum": 0, "maximum": 100},
            },
        },
    },
}
_PARTY = {
    "name": {"type": "string", "minLength": 1},
    "taxCode": _TEXT,
    "vatNumber": _TEXT,
    "address": _ADDRESS,
    "contacts": {"type": "array", "items": _CONTACT},
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["protocolVersion", "creationDate", "applicationSignature", "subject", "blocks"],
    "properties": {
        "protocolVersion": {"const": 1.0},
        "creationDate": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "applicationSignature": _TEXT,
        "subject": {"type": "object", "required": ["name"], "properties": _PARTY},
        "blocks": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["supplier"],
                "properties": {
                    "supplier": {
                        "type": "object",
                        "required": ["name", "vatNumber", "products"],
                        "properties": {**_PARTY, "products": {"type": "array", "items": _PRODUCT}},
                    }
                },
            },
        },
    },
}
