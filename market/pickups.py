"""Pick-ups: what a member fetches, where and when; what a centre hands out on a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from kit.clock import to_rome
from market.centres import centres
from people.actors import Actor
from people.roles import COORDINATOR, DRIVER, MEMBER, TREASURER

STILL_SHOWN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Pickup:
    """A parcel of a household: the order with its place, and what is in it.

    `lines` have name, unit and quantity: what is assigned, or wanted while the order is open.
    """

    order: Row[Any]
    lines: list[Row[Any]]


_MINE = text("""
    select b.id as booking_id, o.id, o.title, o.state, o.delivery_day, o.closes_at, o.note,
        p.name as producer, k.name as pickup_point, k.address, k.note as hours,
        c.name as centre, h.name as household,
        coalesce(b.assigned_cents + b.transport_cents, b.wanted_cents) as total_cents
    from booking b join household h on h.id = b.household_id
    join group_order o on o.id = b.group_order_id join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id join pickup_point k on k.id = o.pickup_point_id
    where b.household_id = any(:households) and o.state in ('open', 'closed', 'settled')
        and o.delivery_day >= :since and b.wanted_cents > 0
    order by o.delivery_day, k.name, o.id, h.name, b.id
""")
_LINES = text("""
    select l.booking_id, f.name, f.unit, coalesce(l.assigned, l.wanted) as quantity
    from booking_line l join offer f on f.id = l.offer_id
    where l.booking_id = any(:bookings) and coalesce(l.assigned, l.wanted) > 0
    order by l.booking_id, f.position, f.id
""")


def of_member(session: Session, actor: Actor, now: datetime) -> list[Pickup]:
    """List what the person's households pick up, soonest first (two statements)."""
    households = list(actor.scopes(MEMBER, "household"))
    if not households:
        return []
    since = to_rome(now - STILL_SHOWN).date()
    rows = session.execute(_MINE, {"households": households, "since": since}).all()
    lines: dict[int, list[Row[Any]]] = defaultdict(list)
    for line in session.execute(_LINES, {"bookings": [row.booking_id for row in rows]}):
        lines[line.booking_id].append(line)
    return [Pickup(row, lines[row.booking_id]) for row in rows]


_DAYS = text("""
    select o.centre_id, c.name as centre, o.delivery_day, count(*) as orders,
        count(*) filter (where o.state = 'open') as still_open, sum(n.households) as parcels
    from group_order o join centre c on c.id = o.centre_id
    cross join lateral (select count(*) as households from booking b
        where b.group_order_id = o.id and coalesce(b.assigned_cents, b.wanted_cents) > 0) n
    where o.centre_id = any(:centres) and o.state in ('open', 'closed', 'settled')
        and o.delivery_day >= :since
    group by o.centre_id, c.name, o.delivery_day order by o.delivery_day, c.name
""")


def days(session: Session, actor: Actor, now: datetime) -> Sequence[Row[Any]]:
    """List the delivery days to come of the centres the person works in (one statement)."""
    ids = {id_ for role in (COORDINATOR, TREASURER, DRIVER) for id_ in actor.scopes(role, "centre")}
    if not ids:
        return []
    since = to_rome(now - STILL_SHOWN).date()
    return session.execute(_DAYS, {"centres": list(ids), "since": since}).all()


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that one household gets at one pick-up point on a day; lines name their producer."""

    code: str
    household: str
    lines: list[Row[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """What is handed out at one pick-up point on a day."""

    name: str
    address: str
    hours: str
    parcels: list[Parcel]
    totals: list[tuple[str, str, str, int, int]]
    """Per product: producer, name, unit, quantity, number of households."""


@dataclass(frozen=True, slots=True)
class Day:
    """A centre's hand-out on a day; `orders` are all of that day, open ones too."""

    orders: Sequence[Row[Any]]
    places: list[Place]


_ORDERS = text("""
    select o.id, o.title, o.state, o.pickup_point_id, p.name as producer, p.phone,
        k.name as pickup_point, k.address, k.note as hours
    from group_order o join producer p on p.id = o.producer_id
    join pickup_point k on k.id = o.pickup_point_id
    where o.centre_id = :centre_id and o.delivery_day = :day and o.state <> 'cancelled'
    order by k.name, p.name, o.id
""")
_PARCELS = text("""
    select o.pickup_point_id, h.code, h.name as household, p.name as producer,
        f.id as offer_id, f.name, f.unit, l.assigned as quantity
    from group_order o join booking b on b.group_order_id = o.id
    join household h on h.id = b.household_id join booking_line l on l.booking_id = b.id
    join offer f on f.id = l.offer_id join producer p on p.id = o.producer_id
    where o.id = any(:orders) and l.assigned > 0
    order by h.code collate "C", p.name, o.id, f.position, f.id
""")


def day(session: Session, actor: Actor, centre_id: int, when: date) -> Day:
    """Read what a centre hands out on a day, for whoever works there (two statements).

    Raises NotFound for a centre of others; a day without orders is empty.
    """
    centres.require_any(actor, centre_id)
    orders = session.execute(_ORDERS, {"centre_id": centre_id, "day": when}).all()
    rows = session.execute(_PARCELS, {"orders": [order.id for order in orders]}).all()
    points = {order.pickup_point_id: order for order in orders}
    places = []
    for point_id, order in points.items():
        here = [row for row in rows if row.pickup_point_id == point_id]
        places.append(
            Place(order.pickup_point, order.address, order.hours, _parcels(here), _totals(here))
        )
    return Day(orders, places)


def _parcels(rows: Sequence[Row[Any]]) -> list[Parcel]:
    found: dict[str, Parcel] = {}
    for row in rows:
        parcel = found.setdefault(row.code, Parcel(row.code, row.household, []))
        parcel.lines.append(row)
    return list(found.values())


def _totals(rows: Sequence[Row[Any]]) -> list[tuple[str, str, str, int, int]]:
    found: dict[int, tuple[str, str, str, int, int]] = {}
    for row in rows:
        *_, quantity, households = found.get(row.offer_id, ("", "", "", 0, 0))
        sum_ = (quantity + row.quantity, households + 1)
        found[row.offer_id] = (row.producer, row.name, row.unit, *sum_)
    return sorted(found.values(), key=lambda total: total[:3])
