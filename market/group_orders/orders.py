"""Finding group orders and writing their state."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.orm import Session

from kit.errors import NotFound
from market.tables.orders import GroupOrder


def get(session: Session, group_order_id: int) -> GroupOrder:
    """Return a group order as it is now; raises NotFound."""
    query = select(GroupOrder).where(GroupOrder.id == group_order_id)
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is None:
        raise NotFound
    return order


def change(session: Session, group_order_id: int, **values: Any) -> None:
    """Write columns of an order whose exclusive lock is held; its version grows."""
    statement = update(GroupOrder).where(GroupOrder.id == group_order_id)
    session.execute(statement.values(version=GroupOrder.version + 1, **values))


_OVERVIEW = """
    select o.*, p.name as producer, c.name as centre, k.name as pickup_point, k.address,
        t.value_cents, b.households, b.booked_cents
    from group_order o join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id join pickup_point k on k.id = o.pickup_point_id
    cross join lateral (select coalesce(sum(f.wanted_cents), 0)::bigint as value_cents
        from offer f where f.group_order_id = o.id) t
    cross join lateral (select count(*) filter (where b.wanted_cents > 0) as households,
        max(b.wanted_cents) filter (where b.household_id = any(:households)) as booked_cents
        from booking b where b.group_order_id = o.id) b
"""
_OF_CENTRES = text(
    _OVERVIEW + " where o.centre_id = any(:centres) and o.state = any(:states)"
    " order by o.closes_at desc, o.id desc limit :most"
)


def overview(
    session: Session,
    centre_ids: Collection[int],
    *,
    households: Collection[int] = (),
    states: Collection[str] = ("open", "closed", "settled", "cancelled"),
    most: int = 100,
) -> list[Row[Any]]:
    """List group orders of centres, latest closing first, in one statement.

    Each row is the order with `producer`, `centre`, `pickup_point`, `address`,
    `value_cents` booked by all, number of `households`, and `booked_cents` of those asked
    for (None: they booked nothing).
    """
    values = {
        "centres": list(centre_ids),
        "households": list(households),
        "states": list(states),
        "most": most,
    }
    return list(session.execute(_OF_CENTRES, values))
