"""How far a group order is: cases, stock and minimum, for everybody to see."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from market.group_orders.rules.case_completion import Case, Progress, progress
from market.tables.orders import GroupOrder, Offer


@dataclass(frozen=True, slots=True)
class SharedOffer:
    """How far one offer is, for everybody to see. `left` is None without a stock limit."""

    offer_id: int
    product_id: int
    wanted: int
    left: int | None
    case: Progress | None


@dataclass(frozen=True, slots=True)
class SharedProgress:
    """How far the whole order is; nobody's own quantities are in it."""

    offers: list[SharedOffer]
    value_cents: int
    missing_to_minimum_cents: int


_COUNTERS = select(
    Offer.id,
    Offer.product_id,
    Offer.unit,
    Offer.step,
    Offer.case_size,
    Offer.whole_cases,
    Offer.available,
    Offer.wanted,
    Offer.at_most,
    Offer.wanted_cents,
)


def shared_progress(session: Session, group_order_id: int) -> SharedProgress:
    """Tell how far cases and minimum are (two statements); raises NotFound."""
    minimum = session.scalar(
        select(GroupOrder.minimum_cents).where(GroupOrder.id == group_order_id)
    )
    if minimum is None:
        raise NotFound
    query = _COUNTERS.where(Offer.group_order_id == group_order_id)
    rows = session.execute(query.order_by(Offer.position, Offer.id)).all()
    value = sum(row.wanted_cents for row in rows)
    offers = [
        SharedOffer(row.id, row.product_id, row.wanted, stock_left(row), case_progress(row))
        for row in rows
    ]
    return SharedProgress(offers, value, max(minimum - value, 0))


def case_of(row: Any) -> Case:
    """Read from an offer's row how it is sold."""
    return Case(row.case_size, row.whole_cases, row.unit, row.step, row.available)


def case_progress(row: Any) -> Progress | None:
    """Tell from an offer's row and counters how far its next case is."""
    return progress(case_of(row), row.wanted, row.at_most)


def stock_left(row: Any) -> int | None:
    """Tell from an offer's row how much is left; None where it is not limited."""
    return None if row.available is None else max(row.available - row.wanted, 0)
