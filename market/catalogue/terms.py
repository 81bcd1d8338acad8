"""A product's terms as values: what lists say of them, what a correction writes."""

from dataclasses import fields
from typing import Any

from market.catalogue.rules.listed import ListedProduct, Unsaid
from market.tables.catalogue import Product
from market.tables.terms import TERMS

UNSAID = tuple(f.name for f in fields(Unsaid))
"""What no list says of a product: the other columns of it."""
LISTED = tuple(f.name for f in fields(ListedProduct) if f.name not in ("row", "silent", "notes"))
"""What a producer's list can say of a product: columns of it."""
CORRECTED = (*TERMS, "active")
"""What the correction of a product writes: every term, and whether it is offered at all."""


def corrected(product: Product) -> dict[str, Any]:
    """Give what a correction would write if it changed nothing."""
    return {name: getattr(product, name) for name in CORRECTED}
