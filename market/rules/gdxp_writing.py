"""Writing GDXP 1.0, so that reading it back changes nothing."""

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from market.rules.listed import ListedProduct, SupplierList
from market.rules.measures import WEIGHTS_AND_VOLUMES, Measure, measure, named

APPLICATION = "FareLegami"


def write(suppliers: Sequence[SupplierList], subject: str, created_on: date) -> bytes:
    """Write price lists as a GDXP 1.0 file (UTF-8 JSON); `subject` is who sends it."""
    document = {
        "protocolVersion": 1.0,
        "creationDate": created_on.isoformat(),
        "applicationSignature": APPLICATION,
        "subject": {"name": subject},
        "blocks": [{"supplier": _supplier(supplier)} for supplier in suppliers],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _supplier(supplier: SupplierList) -> dict[str, Any]:
    return {
        "name": supplier.name,
        "taxCode": supplier.tax_code,
        "vatNumber": supplier.vat_number,
        "address": {
            "street": supplier.street,
            "locality": supplier.locality,
            "zipCode": supplier.zip_code,
        },
        "contacts": [{"type": kind, "value": value} for kind, value in supplier.contacts],
        "products": [_product(product) for product in supplier.products],
    }


def _product(product: ListedProduct) -> dict[str, Any]:
    per, name = _written_per(product)
    price = Fraction(product.price_cents * per, product.price_quantity * 100)
    return {
        "name": product.name,
        "um": name,
        "sku": product.sku,
        "category": product.category,
        "description": product.description,
        "orderInfo": {
            "packageQty": max(1, product.case_size // per),
            "maxQty": _amount(product.maximum, per),
            "minQty": _amount(product.minimum, per),
            "mulQty": _amount(product.step, per),
            "availableQty": _amount(product.available, per),
            "umPrice": _exact(price),
            "shippingCost": 0,
            "vatRate": _exact(Fraction(product.vat_rate, 100)),
        },
        "active": product.active,
    }


def _written_per(product: ListedProduct) -> tuple[int, str]:
    """Choose the unit the product is written in: the listed one, where a case is a whole
    number (and not one) of it, else a smaller one of the same kind.
    """
    name = named(product.unit, product.price_quantity, product.sold_as)
    if name is not None and _case_fits(product, product.price_quantity):
        return product.price_quantity, name
    if product.unit == "piece":
        return 1, name or measure(product.sold_as).label
    smaller = (m for m in _of(product) if _case_fits(product, m.quantity))
    chosen = next(smaller)
    return chosen.quantity, chosen.label


def _of(product: ListedProduct) -> list[Measure]:
    """The measures of its unit, largest first; the last, of one, fits every case above 1."""
    return [m for m in WEIGHTS_AND_VOLUMES if m.unit == product.unit]


def _case_fits(product: ListedProduct, per: int) -> bool:
    return product.case_size <= 1 or (product.case_size % per == 0 and product.case_size > per)


def _amount(quantity: int | None, per: int) -> int | float:
    return _exact(Fraction(quantity or 0, per))


def _exact(value: Fraction) -> int | float:
    """Give a JSON number whose shortest writing is the exact decimal.

    Up to 15 significant digits a double's shortest repr is the decimal it was made from;
    nothing is computed with it.
    """
    return int(value) if value.denominator == 1 else value.numerator / value.denominator
