"""The offers of an order as they were frozen: read once by a process, the same for everybody."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kit import db
from kit.errors import NotFound
from kit.kept import Kept
from market.tables.orders import Offer


class OfferTerms(NamedTuple):
    """What is offered and how it may be booked; quantities in `unit`, None without a bound."""

    id: int
    product_id: int
    name: str
    category: str
    description: str
    sold_as: str
    unit: str
    price_micros: int
    price_quantity: int
    case_size: int
    whole_cases: bool
    step: int
    minimum: int
    maximum: int | None
    available: int | None


_OFFERS = (
    select(*(getattr(Offer, name) for name in OfferTerms._fields))
    .where(Offer.group_order_id == bindparam("group_order_id"))
    .order_by(Offer.position, Offer.id)
)
_ROW_BYTES = 600

# Offers are frozen by grant when their order opens: what was read once cannot grow old.
_kept: Kept[int, list[OfferTerms]] = Kept(
    8 * 1024 * 1024, lambda found: sum(_ROW_BYTES + len(row.description) for row in found)
)


def of_order(session: Session, group_order_id: int) -> list[OfferTerms]:
    """List an order's offers as the price list has them; raises NotFound where there are none.

    Whether somebody may see the order is for the use case that follows.
    """

    def read() -> list[OfferTerms]:
        found = db.rows(session, OfferTerms, _OFFERS, {"group_order_id": group_order_id})
        if not found:
            raise NotFound
        return found

    return _kept.get(group_order_id, read)


def of_product(session: Session, group_order_id: int, product_id: int) -> OfferTerms:
    """Find the offer of a product in an order; raises NotFound."""
    for terms in of_order(session, group_order_id):
        if terms.product_id == product_id:
            return terms
    raise NotFound
