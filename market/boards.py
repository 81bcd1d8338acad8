"""What whoever runs a centre sees of its orders: the board, and one order as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from kit.clock import to_rome
from kit.db import rows, total
from kit.errors import NotFound
from kit.paper import documents
from kit.paper.documents import Document
from market.centres import centres
from market.group_orders import heading, orders
from market.group_orders.heading import HEADINGS, Heading
from market.group_orders.orders import Overview
from market.group_orders.rules import lifecycle, next_steps
from market.tables.bookings import Booking, BookingLine
from market.tables.catalogue import Producer
from market.tables.centres import Centre, Household
from market.tables.orders import GroupOrder, Offer
from market.tables.settlements import Settlement
from people.actors import Actor
from people.roles import COORDINATOR, TREASURER

PAST = 12


@dataclass(frozen=True, slots=True)
class BoardOrder:
    """An order on the board, what it waits for, its papers."""

    order: Overview
    step: next_steps.Step
    documents: int
    documents_ready: int
    documents_failed: int

    @property
    def due(self) -> bool:
        """Whether somebody has to act now."""
        return self.step in next_steps.DUE


@dataclass(frozen=True, slots=True)
class Board:
    """The orders of one centre: those under way, what is due first, and the last past ones."""

    centre: Centre
    coordinates: bool
    keeps_accounts: bool
    current: list[BoardOrder]
    past: list[Overview]


def of_actor(session: Session, actor: Actor, now: datetime) -> list[Board]:
    """Give the board of every centre the person coordinates or keeps the accounts of.

    Four statements, however many centres and orders; empty for anybody else.
    """
    ids = {*actor.scopes(COORDINATOR, "centre"), *actor.scopes(TREASURER, "centre")}
    if not ids:
        return []
    query = select(Centre).where(Centre.id.in_(ids)).order_by(Centre.name, Centre.id)
    current = orders.overview(session, ids, states=lifecycle.UNDER_WAY, most=500)
    past = orders.overview(session, ids, states=lifecycle.PAST, most=200)
    entries = _entries(session, current, now)
    return [
        Board(
            centre,
            actor.has(COORDINATOR, "centre", centre.id),
            actor.has(TREASURER, "centre", centre.id),
            [entry for entry in entries if entry.order.centre_id == centre.id],
            [order for order in past if order.centre_id == centre.id][:PAST],
        )
        for centre in session.scalars(query)
    ]


class _Papers(NamedTuple):
    """How many papers an order has, and how far they are."""

    group_order_id: int
    made: int
    ready: int
    failed: int


def _entries(session: Session, found: Sequence[Overview], now: datetime) -> list[BoardOrder]:
    counted = (
        select(
            Document.subject_id.label("group_order_id"),
            func.count().label("made"),
            func.count().filter(Document.state == "ready").label("ready"),
            func.count().filter(Document.state == "failed").label("failed"),
        )
        .where(
            Document.subject_kind == "group_order",
            Document.subject_id.in_([order.id for order in found]),
        )
        .group_by(Document.subject_id)
    )
    papers = {each.group_order_id: each for each in rows(session, _Papers, counted)}
    entries = [
        BoardOrder(order, step_of(order, now), *papers.get(order.id, _Papers(0, 0, 0, 0))[1:])
        for order in found
    ]
    return sorted(entries, key=lambda entry: (not entry.due, entry.order.closes_at, entry.order.id))


def step_of(order: Heading, now: datetime) -> next_steps.Step:
    """Name what an order waits for now."""
    return next_steps.of(
        order.state,
        order.opens_at,
        order.closes_at,
        order.delivery_day,
        now=now,
        today=to_rome(now).date(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHead(Heading):
    """An order for whoever runs it: what it comes to, and what was charged once it is settled."""

    value_cents: int
    offers: int
    settled_goods_cents: int | None
    settled_transport_cents: int | None


class WantedOffer(NamedTuple):
    """A product somebody wants, as far as it is; `cases` and `assigned` come with closing."""

    id: int
    name: str
    unit: str
    step: int
    case_size: int
    whole_cases: bool
    available: int | None
    wanted: int
    at_most: int
    wanted_cents: int
    assigned: int | None
    cases: int | None
    households: int


class BookedHousehold(NamedTuple):
    """What a household wanted, gets and pays; `changed` counts lines that get another quantity."""

    household_id: int
    code: str
    name: str
    wanted_cents: int
    committed_cents: int
    assigned_cents: int | None
    transport_cents: int | None
    lines: int
    changed: int


@dataclass(frozen=True, slots=True)
class OrderBook:
    """One order for whoever runs it; `acts` are those the person may do now."""

    head: OrderHead
    offers: Sequence[WantedOffer]
    bookings: Sequence[BookedHousehold]
    documents: list[Document]
    step: next_steps.Step
    acts: Sequence[lifecycle.Act]


_OFFERS_OF_ORDER = Offer.group_order_id == GroupOrder.id
_HEADS = HEADINGS.add_columns(
    select(total(Offer.wanted_cents))
    .where(_OFFERS_OF_ORDER)
    .scalar_subquery()
    .label("value_cents"),
    select(func.count()).where(_OFFERS_OF_ORDER).scalar_subquery().label("offers"),
    Settlement.goods_cents.label("settled_goods_cents"),
    Settlement.transport_cents.label("settled_transport_cents"),
).outerjoin(Settlement, Settlement.group_order_id == GroupOrder.id)
_OFFERS = select(
    *(getattr(Offer, name) for name in WantedOffer._fields if name != "households"),
    select(func.count())
    .where(BookingLine.offer_id == Offer.id, BookingLine.at_most > 0)
    .scalar_subquery()
    .label("households"),
).order_by(Offer.position, Offer.id)
_COUNTED = (
    select(
        func.count().filter(BookingLine.at_most > 0).label("lines"),
        func.count().filter(BookingLine.reason.is_not(None)).label("changed"),
    )
    .where(BookingLine.booking_id == Booking.id)
    .lateral("counted")
)
_BOOKINGS = (
    select(
        Booking.household_id,
        Household.code,
        Household.name,
        Booking.wanted_cents,
        Booking.committed_cents,
        Booking.assigned_cents,
        Booking.transport_cents,
        _COUNTED.c.lines,
        _COUNTED.c.changed,
    )
    .join(Household, Household.id == Booking.household_id)
    .join(_COUNTED, true())
    .where(_COUNTED.c.lines > 0)
    .order_by(Household.code, Booking.id)
)


def order_book(session: Session, actor: Actor, group_order_id: int, now: datetime) -> OrderBook:
    """Read one order for its coordinators and treasurers (four statements); raises NotFound."""
    head = head_of(session, actor, group_order_id)
    held = [r for r in (COORDINATOR, TREASURER) if actor.has(r, "centre", head.centre_id)]
    offers = _OFFERS.where(Offer.group_order_id == group_order_id, Offer.at_most > 0)
    return OrderBook(
        head,
        rows(session, WantedOffer, offers),
        rows(session, BookedHousehold, _BOOKINGS.where(Booking.group_order_id == group_order_id)),
        documents.of(session, "group_order", group_order_id),
        step_of(head, now),
        [
            act
            for act in lifecycle.acts(head.state)
            if any(lifecycle.may(act, role, head.state) for role in held)
        ],
    )


def head_of(session: Session, actor: Actor, group_order_id: int) -> OrderHead:
    """Read an order with its names and sums, for those who run it; raises NotFound."""
    found = heading.read(session, OrderHead, _HEADS.where(GroupOrder.id == group_order_id))
    if not found:
        raise NotFound
    centres.require_any(actor, found[0].centre_id, COORDINATOR, TREASURER)
    return found[0]


def document(session: Session, actor: Actor, group_order_id: int, document_id: int) -> Document:
    """Find a document of an order, for whoever works in its centre; raises NotFound."""
    centre_id = orders.get(session, group_order_id).centre_id
    centres.require_any(actor, centre_id)
    found = session.get(Document, document_id)
    if found is None or (found.subject_kind, found.subject_id) != ("group_order", group_order_id):
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the network has come."""

    households: int
    producers: int
    orders: int


def reached(session: Session) -> Reached:
    """Count households, producers and delivered orders, for everybody to see (one statement)."""
    delivered = select(func.count()).where(GroupOrder.state == lifecycle.SETTLED)
    row = session.execute(
        select(
            select(func.count()).select_from(Household).scalar_subquery(),
            select(func.count()).select_from(Producer).scalar_subquery(),
            delivered.scalar_subquery(),
        )
    ).one()
    return Reached(*row)
