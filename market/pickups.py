"""Pick-ups: what a member fetches, where and when; what a centre hands out on a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    and_,
    case,
    cast,
    distinct,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from kit import audit
from kit.db import rows
from market.centres import centres
from market.group_orders import heading
from market.group_orders.heading import HEADINGS, Heading
from market.group_orders.rules import lifecycle, standing
from market.tables.bookings import BOOKED, COSTS, Booking, BookingLine
from market.tables.catalogue import Producer
from market.tables.centres import Centre, Household, PickupPoint
from market.tables.orders import GroupOrder, Offer
from people.actors import Actor
from people.roles import COORDINATOR, DRIVER, MEMBER, TREASURER


class PickupLine(NamedTuple):
    """A product of a parcel: what is assigned, or wanted and at most until that is decided."""

    booking_id: int
    name: str
    unit: str
    quantity: int
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupOrder(Heading):
    """An order a household fetches something of; `total_cents` with its share of transport.

    What it may come to at most (`committed_cents`) counts until closing.
    """

    booking_id: int
    household_id: int
    household: str
    total_cents: int
    committed_cents: int


@dataclass(frozen=True, slots=True)
class Pickup:
    """A parcel of a household: the order with its place, and what is in it."""

    order: PickupOrder
    lines: list[PickupLine]


_CONFIRMED = cast(func.timezone("Europe/Rome", GroupOrder.settled_at), Date)
_fetched_on = func.coalesce(_CONFIRMED, GroupOrder.delivery_day)
"""What `standing.fetched_on` says, for SQL."""

_MINE = (
    HEADINGS.add_columns(
        Booking.id.label("booking_id"),
        Booking.household_id,
        Household.name.label("household"),
        literal_column(COSTS).label("total_cents"),
        Booking.committed_cents,
    )
    .join(Booking, Booking.group_order_id == GroupOrder.id)
    .join(Household, Household.id == Booking.household_id)
    .where(GroupOrder.state.in_(lifecycle.HANDED_OUT), literal_column(BOOKED, Boolean))
    .order_by(
        _fetched_on,
        PickupPoint.name_order,
        GroupOrder.id,
        Household.name_order,
        Booking.id,
    )
)
_QUANTITY = func.coalesce(BookingLine.assigned, BookingLine.wanted)
_LINES = (
    select(
        BookingLine.booking_id,
        Offer.name,
        Offer.unit,
        _QUANTITY.label("quantity"),
        BookingLine.at_most,
    )
    .join(Offer, Offer.id == BookingLine.offer_id)
    .where(case((BookingLine.assigned.is_(None), BookingLine.at_most), else_=_QUANTITY) > 0)
    .order_by(BookingLine.booking_id, Offer.position, Offer.id)
)


def of_member(session: Session, actor: Actor, now: datetime) -> list[Pickup]:
    """List what the person's households pick up, soonest first (two statements)."""
    households = actor.scopes(MEMBER, "household")
    if not households:
        return []
    mine = _MINE.where(Booking.household_id.in_(households), _not_fetched(now))
    orders = heading.read(session, PickupOrder, mine)
    lines: dict[int, list[PickupLine]] = defaultdict(list)
    bookings = BookingLine.booking_id.in_([order.booking_id for order in orders])
    for line in rows(session, PickupLine, _LINES.where(bookings)):
        lines[line.booking_id].append(line)
    return [Pickup(order, lines[order.booking_id]) for order in orders]


@dataclass(frozen=True, slots=True)
class DeliveryDay:
    """A day on which a centre hands out: its orders, and the parcels that are decided.

    A parcel is all that one household gets at one place, as on the page of the day.
    """

    centre_id: int
    day: date
    centre: str
    orders: list[Heading]
    parcels: int


class _Parcels(NamedTuple):
    centre_id: int
    day: date
    parcels: int


_HANDED_OUT = HEADINGS.where(GroupOrder.state.in_(lifecycle.HANDED_OUT)).order_by(
    _fetched_on,
    GroupOrder.centre_id,
    PickupPoint.name_order,
    Producer.name_order,
    GroupOrder.id,
)
_PARCELS = (
    select(
        GroupOrder.centre_id,
        _fetched_on.label("day"),
        func.count(distinct(tuple_(GroupOrder.pickup_point_id, Booking.household_id))).label(
            "parcels"
        ),
    )
    .join(Booking, Booking.group_order_id == GroupOrder.id)
    .join(BookingLine, and_(BookingLine.booking_id == Booking.id, BookingLine.assigned > 0))
    .group_by(GroupOrder.centre_id, _fetched_on)
)


def days(session: Session, actor: Actor, now: datetime) -> list[DeliveryDay]:
    """List the delivery days of the centres the person works in, what is late too.

    What was confirmed counts on the day it was. Two statements; the soonest day first.
    """
    ids = {id_ for role in (COORDINATOR, TREASURER, DRIVER) for id_ in actor.scopes(role, "centre")}
    if not ids:
        return []
    columns = (GroupOrder.centre_id, _fetched_on)
    place, handed_out = tuple_(*columns), GroupOrder.state.in_(lifecycle.HANDED_OUT)
    mine = GroupOrder.centre_id.in_(ids)
    shown = select(*columns).where(mine, handed_out, _not_fetched(now)).correlate(None)
    # Of a day that is shown all orders count, as on its own page.
    orders: dict[tuple[int, date], list[Heading]] = defaultdict(list)
    for order in heading.read(session, Heading, _HANDED_OUT.where(place.in_(shown))):
        orders[order.centre_id, standing.fetched_on(order)].append(order)
    counted = _PARCELS.where(handed_out, place.in_(list(orders)))
    parcels = {row[:2]: row.parcels for row in rows(session, _Parcels, counted)}
    return [
        DeliveryDay(*key, orders=here, centre=here[0].centre, parcels=parcels.get(key, 0))
        for key, here in orders.items()
    ]


class ParcelLine(NamedTuple):
    """A product in a household's parcel."""

    pickup_point_id: int
    code: str
    household: str
    producer: str
    offer_id: int
    name: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that one household gets at one pick-up point on a day."""

    code: str
    household: str
    lines: list[ParcelLine]


class ProductTotal(NamedTuple):
    """What is handed out of one product at one pick-up point on a day."""

    producer: str
    name: str
    unit: str
    quantity: int
    households: int


@dataclass(frozen=True, slots=True)
class HandOut:
    """What is handed out at one pick-up point on a day, by household and by product."""

    name: str
    address: str
    hours: str
    parcels: list[Parcel]
    totals: list[ProductTotal]


@dataclass(frozen=True, slots=True)
class Day:
    """A centre's hand-outs on a day; `orders` are all of that day, open ones too."""

    orders: Sequence[Heading]
    places: list[HandOut]


_PARCEL_LINES = (
    select(
        GroupOrder.pickup_point_id,
        Household.code,
        Household.name.label("household"),
        Producer.name.label("producer"),
        Offer.id.label("offer_id"),
        Offer.name,
        Offer.unit,
        BookingLine.assigned.label("quantity"),
    )
    .select_from(GroupOrder)
    .join(Booking, Booking.group_order_id == GroupOrder.id)
    .join(Household, Household.id == Booking.household_id)
    .join(BookingLine, BookingLine.booking_id == Booking.id)
    .join(Offer, Offer.id == BookingLine.offer_id)
    .join(Producer, Producer.id == GroupOrder.producer_id)
    .where(BookingLine.assigned > 0)
    .order_by(Household.code, Producer.name_order, GroupOrder.id, Offer.position, Offer.id)
)


def day(session: Session, actor: Actor, centre_id: int, when: date) -> Day:
    """Read what a centre hands out on a day, for whoever works there (two statements).

    It is printed too, and says who gets what: a third one records who read it. Raises NotFound
    for a centre of others; a day without orders is empty.
    """
    centres.require_any(actor, centre_id)
    due = HEADINGS.where(
        GroupOrder.centre_id == centre_id,
        _fetched_on == when,
        GroupOrder.state.in_(lifecycle.HANDED_OUT),
    ).order_by(PickupPoint.name_order, Producer.name_order, GroupOrder.id)
    orders = heading.read(session, Heading, due)
    of_orders = _PARCEL_LINES.where(GroupOrder.id.in_([order.id for order in orders]))
    lines = rows(session, ParcelLine, of_orders)
    places = []
    for point_id, order in {order.pickup_point_id: order for order in orders}.items():
        here = [line for line in lines if line.pickup_point_id == point_id]
        where = (order.pickup_point, order.pickup_address, order.pickup_hours)
        places.append(HandOut(*where, _parcels(here), _totals(here)))
    if lines:
        facts = {"day": when.isoformat()}
        audit.record(
            session, actor, "pickups.read", audit.of(Centre, centre_id), actor.now, after=facts
        )
    return Day(orders, places)


def _not_fetched(now: datetime) -> ColumnElement[bool]:
    """What `standing.to_fetch` says, for SQL: nothing confirmed, or not long ago."""
    last = func.greatest(GroupOrder.delivery_day, _CONFIRMED)
    return or_(GroupOrder.settled_at.is_(None), last >= standing.fetched_since(now))


def _parcels(lines: Sequence[ParcelLine]) -> list[Parcel]:
    found: dict[str, Parcel] = {}
    for line in lines:
        found.setdefault(line.code, Parcel(line.code, line.household, [])).lines.append(line)
    return list(found.values())


def _totals(lines: Sequence[ParcelLine]) -> list[ProductTotal]:
    found: dict[int, ProductTotal] = {}
    for line in lines:
        before = found.get(line.offer_id)
        quantity, households = (before.quantity, before.households) if before else (0, 0)
        found[line.offer_id] = ProductTotal(
            line.producer, line.name, line.unit, quantity + line.quantity, households + 1
        )
    return sorted(found.values(), key=lambda each: each[:3])
