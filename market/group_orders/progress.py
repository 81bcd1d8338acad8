"""How far a group order is: cases, stock and minimum, for everybody to see."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from market.group_orders.rules.case_completion import Case, CaseProgress, progress
from market.tables.orders import GroupOrder, Offer


@dataclass(frozen=True, slots=True)
class SharedOffer:
    """How far one offer is, for everybody to see. `left` is None without a stock limit."""

    offer_id: int
    product_id: int
    wanted: int
    left: int | None
    case: CaseProgress | None


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


class SoldOffer(Protocol):
    """An offer's row as far as it says how it is sold; whoever reads one may read more."""

    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def case_size(self) -> int: ...  # noqa: D102
    @property
    def whole_cases(self) -> bool: ...  # noqa: D102
    @property
    def available(self) -> int | None: ...  # noqa: D102


class CountedOffer(SoldOffer, Protocol):
    """The same with its counters."""

    @property
    def wanted(self) -> int: ...  # noqa: D102
    @property
    def at_most(self) -> int: ...  # noqa: D102


def case_of(offer: SoldOffer) -> Case:
    """Read from an offer's row how it is sold."""
    return Case(offer.case_size, offer.whole_cases, offer.unit, offer.step, offer.available)


def case_progress(offer: CountedOffer) -> CaseProgress | None:
    """Tell from an offer's row and counters how far its next case is."""
    return progress(case_of(offer), offer.wanted, offer.at_most)


def stock_left(offer: CountedOffer) -> int | None:
    """Tell from an offer's row how much is left; None where it is not limited."""
    return None if offer.available is None else max(offer.available - offer.wanted, 0)
