"""Pick-ups: what a member fetches, where and when; what a centre hands out on a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from kit.clock import to_rome
from kit.db import rows, total
from market.centres import centres
from market.group_orders import heading
from market.group_orders.heading import HEADINGS, Heading
from market.group_orders.rules import lifecycle
from market.tables.bookings import Booking, BookingLine
from market.tables.catalogue import Producer
from market.tables.centres import Centre, Household, PickupPoint
from market.tables.orders import GroupOrder, Offer
from people.actors import Actor
from people.roles import COORDINATOR, DRIVER, MEMBER, TREASURER

STILL_SHOWN = timedelta(days=2)


class PickupLine(NamedTuple):
    """A product of a parcel: what is assigned, or wanted while the order is open."""

    booking_id: int
    name: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupOrder(Heading):
    """An order a household fetches something of; `total_cents` with its share of transport."""

    booking_id: int
    household_id: int
    household: str
    total_cents: int


@dataclass(frozen=True, slots=True)
class Pickup:
    """A parcel of a household: the order with its place, and what is in it."""

    order: PickupOrder
    lines: list[PickupLine]


_MINE = (
    HEADINGS.add_columns(
        Booking.id.label("booking_id"),
        Booking.household_id,
        Household.name.label("household"),
        func.coalesce(Booking.assigned_cents + Booking.transport_cents, Booking.wanted_cents).label(
            "total_cents"
        ),
    )
    .join(Booking, Booking.group_order_id == GroupOrder.id)
    .join(Household, Household.id == Booking.household_id)
    .where(GroupOrder.state.in_(lifecycle.HANDED_OUT), Booking.wanted_cents > 0)
    .order_by(
        GroupOrder.delivery_day,
        PickupPoint.name_order,
        GroupOrder.id,
        Household.name_order,
        Booking.id,
    )
)
_QUANTITY = func.coalesce(BookingLine.assigned, BookingLine.wanted)
_LINES = (
    select(BookingLine.booking_id, Offer.name, Offer.unit, _QUANTITY.label("quantity"))
    .join(Offer, Offer.id == BookingLine.offer_id)
    .where(_QUANTITY > 0)
    .order_by(BookingLine.booking_id, Offer.position, Offer.id)
)


def of_member(session: Session, actor: Actor, now: datetime) -> list[Pickup]:
    """List what the person's households pick up, soonest first (two statements)."""
    households = actor.scopes(MEMBER, "household")
    if not households:
        return []
    mine = _MINE.where(Booking.household_id.in_(households), GroupOrder.delivery_day >= _since(now))
    orders = heading.read(session, PickupOrder, mine)
    lines: dict[int, list[PickupLine]] = defaultdict(list)
    bookings = BookingLine.booking_id.in_([order.booking_id for order in orders])
    for line in rows(session, PickupLine, _LINES.where(bookings)):
        lines[line.booking_id].append(line)
    return [Pickup(order, lines[order.booking_id]) for order in orders]


class DeliveryDay(NamedTuple):
    """A day on which a centre hands out, with how many orders and parcels."""

    centre_id: int
    centre: str
    delivery_day: date
    orders: int
    still_open: int
    parcels: int


_PARCELS_OF_ORDER = (
    select(func.count().label("households"))
    .where(
        Booking.group_order_id == GroupOrder.id,
        func.coalesce(Booking.assigned_cents, Booking.wanted_cents) > 0,
    )
    .lateral("counted")
)
_DAYS = (
    select(
        GroupOrder.centre_id,
        Centre.name.label("centre"),
        GroupOrder.delivery_day,
        func.count().label("orders"),
        func.count().filter(GroupOrder.state.not_in(lifecycle.ASSIGNED)).label("still_open"),
        total(_PARCELS_OF_ORDER.c.households).label("parcels"),
    )
    .join(Centre, Centre.id == GroupOrder.centre_id)
    .join(_PARCELS_OF_ORDER, true())
    .where(GroupOrder.state.in_(lifecycle.HANDED_OUT))
    .group_by(GroupOrder.centre_id, Centre.name, Centre.name_order, GroupOrder.delivery_day)
    .order_by(GroupOrder.delivery_day, Centre.name_order)
)


def days(session: Session, actor: Actor, now: datetime) -> list[DeliveryDay]:
    """List the delivery days to come of the centres the person works in (one statement)."""
    ids = {id_ for role in (COORDINATOR, TREASURER, DRIVER) for id_ in actor.scopes(role, "centre")}
    if not ids:
        return []
    coming = _DAYS.where(GroupOrder.centre_id.in_(ids), GroupOrder.delivery_day >= _since(now))
    return rows(session, DeliveryDay, coming)


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

    Raises NotFound for a centre of others; a day without orders is empty.
    """
    centres.require_any(actor, centre_id)
    due = HEADINGS.where(
        GroupOrder.centre_id == centre_id,
        GroupOrder.delivery_day == when,
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
    return Day(orders, places)


def _since(now: datetime) -> date:
    return to_rome(now - STILL_SHOWN).date()


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
