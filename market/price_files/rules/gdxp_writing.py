"""Writing GDXP 1.0, so that reading it back changes nothing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from market.catalogue.rules.listed import SupplierList
from market.price_files.rules.gdxp_products import write_product

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
        "products": [write_product(product) for product in supplier.products],
    }
