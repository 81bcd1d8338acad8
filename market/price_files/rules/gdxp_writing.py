"""Writing GDXP 1.0, so that reading it back changes nothing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from market.catalogue.rules.listed import ListedProduct, SupplierList
from market.catalogue.rules.measures import WEIGHTS_AND_VOLUMES, Measure, measure, named

APPLICATION = "FareLegami"


def document(suppliers: Sequence[SupplierList], subject: str, created_on: date) -> dict[str, Any]:
    """Build a GDXP 1.0 document; `subject` is who sends it. Numbers are ints and Decimals."""
    return {
        "protocolVersion": Decimal("1.0"),
        "creationDate": created_on.isoformat(),
        "applicationSignature": APPLICATION,
        "subject": {"name": subject},
        "blocks": [{"supplier": _supplier(supplier)} for supplier in suppliers],
    }


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


def _amount(quantity: int | None, per: int) -> int | Decimal:
    return _exact(Fraction(quantity or 0, per))


def _exact(value: Fraction) -> int | Decimal:
    """Give the decimal number itself; six decimals where it never ends (per 750 g)."""
    if value.denominator == 1:
        return int(value)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    exact = Fraction(number) == value
    return number if exact else number.quantize(Decimal("0.000001"))
