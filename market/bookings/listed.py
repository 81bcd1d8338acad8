"""Group orders in a list, with what some households booked in them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from kit.hot import Hot
from market.group_orders.rules import lifecycle


class ListedOrder(NamedTuple):
    """An order with whom it is from and where it is fetched.

    `booked_cents` is what the households asked for booked; None or 0: nothing.
    """

    id: int
    centre_id: int
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    delivery_day: date
    transport_cents: int
    producer: str
    centre: str
    pickup_point: str
    pickup_address: str
    booked_cents: int | None

    @property
    def takes_bookings(self) -> bool:
        """Whether its state lets households book; the hours are asked apart."""
        return lifecycle.takes_bookings(self.state)

    @property
    def assigned(self) -> bool:
        """Whether it is decided who gets how much."""
        return lifecycle.assigned(self.state)


# What all households booked together is not for these pages: adding it up again, over every
# booking and every offer of every order, was most of what they cost.
_LISTED = Hot(
    ListedOrder,
    """
    select o.id, o.centre_id, o.title, o.state, o.opens_at, o.closes_at, o.delivery_day,
        o.transport_cents, p.name as producer, c.name as centre, k.name as pickup_point,
        k.address as pickup_address,
        (select max(b.wanted_cents) from booking b where b.group_order_id = o.id
            and b.household_id = any(%(households)s::bigint[])) as booked_cents
    from group_order o join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id join pickup_point k on k.id = o.pickup_point_id
    where o.centre_id = any(%(centres)s::bigint[]) and o.state = any(%(states)s::text[])
    order by o.closes_at desc, o.id desc limit %(most)s
    """,
)


def listed(
    session: Session,
    centre_ids: Collection[int],
    *,
    households: Collection[int] = (),
    states: Collection[str],
    most: int = 100,
) -> list[ListedOrder]:
    """List group orders of centres in these states, latest closing first (one statement)."""
    values = {
        "centres": list(centre_ids),
        "households": list(households),
        "states": list(states),
        "most": most,
    }
    return _LISTED.rows(session, values)
