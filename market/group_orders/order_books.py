"""One order as a whole, for those who run it: its sums, products, households and documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Boolean, func, literal_column, select
from sqlalchemy.orm import Session

from kit import dead_jobs
from kit.db import rows
from kit.errors import NotFound
from kit.paper import documents
from kit.paper.documents import Document
from market.catalogue.rules.pricing import line_amount
from market.centres import centres
from market.group_orders import heading, orders
from market.group_orders.heading import HEADINGS, Heading
from market.group_orders.rules import lifecycle
from market.tables.bookings import BOOKED, Booking
from market.tables.centres import Household
from market.tables.orders import GroupOrder, Offer
from market.tables.settlements import Settlement
from people.actors import Actor
from people.roles import COORDINATOR, TREASURER


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHead(Heading):
    """An order for whoever runs it: what it comes to, and what was charged once it is settled.

    `value_cents` is what households want until closing, then what is ordered; `undone` are the
    jobs about it that died (`kit.dead_jobs`).
    """

    value_cents: int
    offers: int
    settled_goods_cents: int | None
    settled_transport_cents: int | None
    settled_rounding_cents: int | None
    undone: list[str] | None


class WantedOffer(NamedTuple):
    """A product somebody wants; `cases`, `assigned` and what is owed come with closing."""

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
    price_micros: int
    price_quantity: int

    @property
    def owed_cents(self) -> int | None:
        """What the producer's line of it comes to."""
        if self.assigned is None:
            return None
        return line_amount(self.price_micros, self.price_quantity, self.assigned)


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
    counts: bool
    """Whether it would take something; after closing, whether it gets something."""


@dataclass(frozen=True, slots=True)
class OrderBook:
    """One order for whoever runs it; `acts` are those the person may do now."""

    head: OrderHead
    offers: Sequence[WantedOffer]
    bookings: Sequence[BookedHousehold]
    documents: list[Document]
    acts: Sequence[lifecycle.Act]

    @property
    def booked(self) -> int:
        """How many households count: they want something, after closing they get something."""
        return sum(booking.counts for booking in self.bookings)

    @property
    def charged_cents(self) -> int:
        """What settling charges: the goods everybody gets, and the shares of the transport."""
        return sum((row.assigned_cents or 0) + (row.transport_cents or 0) for row in self.bookings)

    @property
    def goods_cents(self) -> int:
        """What the households pay for the goods they get."""
        return sum(booking.assigned_cents or 0 for booking in self.bookings)

    @property
    def rounding_cents(self) -> int:
        """What the producer's lines come to beyond that: each line is rounded once, on its own."""
        return sum(offer.owed_cents or 0 for offer in self.offers) - self.goods_cents


_OFFERS_OF_ORDER = Offer.group_order_id == GroupOrder.id
_HEADS = HEADINGS.add_columns(
    orders.VALUE,
    select(func.count()).where(_OFFERS_OF_ORDER).scalar_subquery().label("offers"),
    Settlement.goods_cents.label("settled_goods_cents"),
    Settlement.transport_cents.label("settled_transport_cents"),
    Settlement.rounding_cents.label("settled_rounding_cents"),
    dead_jobs.tasks_about("group_order_id", GroupOrder.id).label("undone"),
).outerjoin(Settlement, Settlement.group_order_id == GroupOrder.id)
_OFFERS = select(*(getattr(Offer, name) for name in WantedOffer._fields)).order_by(
    Offer.position, Offer.id
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
        Booking.lines,
        func.coalesce(Booking.changed_lines, 0).label("changed"),
        literal_column(BOOKED, Boolean).label("counts"),
    )
    .join(Household, Household.id == Booking.household_id)
    .where(Booking.lines > 0)
    .order_by(Household.code, Booking.id)
)


def of(session: Session, actor: Actor, group_order_id: int) -> OrderBook:
    """Read one order for its coordinators and treasurers (four statements); raises NotFound."""
    found = head(session, actor, group_order_id)
    held = [r for r in (COORDINATOR, TREASURER) if actor.has(r, "centre", found.centre_id)]
    offers = _OFFERS.where(Offer.group_order_id == group_order_id, Offer.at_most > 0)
    return OrderBook(
        found,
        rows(session, WantedOffer, offers),
        rows(session, BookedHousehold, _BOOKINGS.where(Booking.group_order_id == group_order_id)),
        documents.of(session, "group_order", group_order_id),
        [
            act
            for act in lifecycle.acts(found.state)
            if any(lifecycle.may(act, role, found.state) for role in held)
        ],
    )


def head(session: Session, actor: Actor, group_order_id: int) -> OrderHead:
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
