"""Group orders in a list, with what some households booked in them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from kit.hot import Hot
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Reader
from market.tables.bookings import BOOKED, COSTS, PERHAPS


class Booked(NamedTuple):
    """That one of the households asked for booked, and what it comes to."""

    household_id: int
    cents: int
    perhaps: bool
    """It only would take something where that completes a case."""


class ListedOrder(NamedTuple):
    """An order with whom it is from, where it is fetched, and what tells how it stands.

    `mine` has [household, cents, perhaps] of the households asked for that booked; see `booked`.
    """

    id: int
    centre_id: int
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    settled_at: datetime | None
    delivery_day: date
    transport_cents: int
    producer: str
    centre: str
    pickup_point: str
    pickup_address: str
    mine: list[tuple[int, int, bool]]
    asked: bool
    """Whether one of them would have taken something, whatever it gets."""

    @property
    def reader(self) -> Reader:
        """As whom the households asked for are told how it stands."""
        return standing.reader_of(counts=bool(self.mine), asked=self.asked)

    @property
    def booked(self) -> list[Booked]:
        """What each household asked for booked, once that is decided what it gets and pays.

        A household without anything in the order is not there; one that only offers to fill a
        case is.
        """
        return [Booked(*each) for each in self.mine]


# What all households booked together is not for these pages: adding it up again, over every
# booking and every offer of every order, was most of what they cost.
_LISTED = Hot(
    ListedOrder,
    f"""
    select o.id, o.centre_id, o.title, o.state, o.opens_at, o.closes_at, o.closed_at, o.settled_at,
        o.delivery_day, o.transport_cents, p.name as producer, c.name as centre,
        k.name as pickup_point, k.address as pickup_address,
        (select coalesce(json_agg(json_build_array(booking.household_id, {COSTS},
            {PERHAPS})
            order by booking.household_id), '[]') from booking
            where booking.group_order_id = o.id and {BOOKED}
            and booking.household_id = any(%(households)s::bigint[])) as mine,
        exists (select from booking where booking.group_order_id = o.id and booking.lines > 0
            and booking.household_id = any(%(households)s::bigint[])) as asked
    from group_order o join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id join pickup_point k on k.id = o.pickup_point_id
    where o.centre_id = any(%(centres)s::bigint[]) and o.state = any(%(states)s::text[])
        and (o.settled_at is null or %(since)s::date
            <= greatest(o.delivery_day, (o.settled_at at time zone 'Europe/Rome')::date))
    order by o.state = any(%(past)s::text[]),
        case when o.state = any(%(past)s::text[]) then null else o.closes_at end,
        o.closes_at desc, o.id desc limit %(most)s
    """,
)


def listed(
    session: Session,
    centre_ids: Collection[int],
    *,
    households: Collection[int] = (),
    states: Collection[str],
    since: date = date.min,
    most: int = 100,
) -> list[ListedOrder]:
    """List group orders of centres in these states (one statement).

    What closes first comes first, what is past comes last, the latest first. Of those that arrived,
    only what came or was confirmed on the day `since` or later.
    """
    values = {
        "centres": list(centre_ids),
        "households": list(households),
        "states": list(states),
        "past": list(lifecycle.PAST),
        "since": since,
        "most": most,
    }
    return _LISTED.rows(session, values)
