"""What opening an order freezes: every term of the orderable products, shown before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Message
from market.tables.catalogue import Product
from market.tables.terms import TERMS


@dataclass(frozen=True, slots=True)
class Freezing:
    """The orderable products of a price list, in its order."""

    products: Sequence[Product]

    def parts(self) -> dict[str, str]:
        """Give what the page of opening shows, as `kit.shown` compares it: a part a product."""
        return {
            f"product-{row.id}": repr([getattr(row, name) for name in TERMS])
            for row in self.products
        }

    def named(self, part: str) -> Message:
        """Put a part into words; what is not orderable any more has no name here."""
        names = {f"product-{row.id}": row.name for row in self.products}
        if part in names:
            return Message("«{product}»", product=names[part])
        return Message("un prodotto che non si ordina più")


def of(session: Session, price_list_id: int) -> Freezing:
    """Read what opening an order on a list would freeze now (one statement)."""
    query = (
        select(Product)
        .where(Product.price_list_id == price_list_id, Product.orderable)
        .order_by(Product.position, Product.id)
        .execution_options(populate_existing=True)
    )
    return Freezing(session.scalars(query).all())
