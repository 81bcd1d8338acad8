"""Finding group orders and writing their state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, func, literal_column, select, update
from sqlalchemy.orm import Session

from kit.db import lock_exclusive, total
from kit.errors import NotFound
from market.centres import centres
from market.group_orders import heading
from market.group_orders.heading import HEADINGS, Heading
from market.group_orders.rules import lifecycle
from market.tables.bookings import BOOKED, Booking
from market.tables.orders import GroupOrder, Offer
from people.actors import Actor


def get(session: Session, group_order_id: int) -> GroupOrder:
    """Return a group order as it is now; raises NotFound."""
    query = select(GroupOrder).where(GroupOrder.id == group_order_id)
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is None:
        raise NotFound
    return order


def held(session: Session, actor: Actor, group_order_id: int, act: lifecycle.Act) -> GroupOrder:
    """Hold an order alone for an act and read it as it is then, for who may do it.

    Who may is asked before: nobody else makes the households wait that book. Whether the order
    lets itself be acted on so is for the caller. Raises NotFound.
    """
    # An order never moves to another centre.
    centre_id = session.scalar(select(GroupOrder.centre_id).where(GroupOrder.id == group_order_id))
    if centre_id is None:
        raise NotFound
    centres.require_any(actor, centre_id, *lifecycle.ACTORS[act])
    lock_exclusive(session, "group_order", group_order_id)
    return get(session, group_order_id)


def change(session: Session, group_order_id: int, **values: Any) -> None:
    """Write columns of an order whose exclusive lock is held; its version grows."""
    statement = update(GroupOrder).where(GroupOrder.id == group_order_id)
    session.execute(statement.values(version=GroupOrder.version + 1, **values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview(Heading):
    """An order in a list: what it comes to, and for how many households.

    Both are of what is wanted until closing, then of what is ordered.
    """

    value_cents: int
    households: int


WANTED = select(total(Offer.wanted_cents)).where(Offer.group_order_id == GroupOrder.id)
"""What everybody wants of an order, whatever came of it."""
VALUE = func.coalesce(GroupOrder.ordered_cents, WANTED.scalar_subquery()).label("value_cents")
_HOUSEHOLDS = (
    select(func.count())
    .where(Booking.group_order_id == GroupOrder.id, literal_column(BOOKED, Boolean))
    .scalar_subquery()
    .label("households")
)


def overview(
    session: Session,
    centre_ids: Collection[int],
    *,
    states: Collection[str] = lifecycle.STATES,
    most: int = 100,
) -> Sequence[Overview]:
    """List group orders of centres with their sums, latest closing first, in one statement.

    For whoever needs the sums; `market.bookings.listed` has what a household sees.
    """
    statement = (
        HEADINGS.add_columns(VALUE, _HOUSEHOLDS)
        .where(GroupOrder.centre_id.in_(centre_ids), GroupOrder.state.in_(states))
        .order_by(GroupOrder.closes_at.desc(), GroupOrder.id.desc())
        .limit(most)
    )
    return heading.read(session, Overview, statement)
