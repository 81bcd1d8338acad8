"""What whoever runs a centre sees of its orders: the board, and one order as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from kit.clock import to_rome
from kit.errors import NotFound
from kit.paper import documents
from kit.paper.documents import Document
from market.centres import centres
from market.group_orders import orders
from market.group_orders.rules import lifecycle, next_steps
from market.tables.catalogue import Producer
from market.tables.centres import Centre, Household
from market.tables.orders import GroupOrder
from people.actors import Actor
from people.roles import COORDINATOR, TREASURER

PAST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """An order on the board: its row of `group_orders.overview`, what it waits for, its papers."""

    order: Row[Any]
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
    current: list[Entry]
    past: list[Row[Any]]


_PAPERS = text("""
    select d.subject_id, count(*) as made, count(*) filter (where d.state = 'ready') as ready,
        count(*) filter (where d.state = 'failed') as failed
    from document d where d.subject_kind = 'group_order' and d.subject_id = any(:ids)
    group by d.subject_id
""")


def of_actor(session: Session, actor: Actor, now: datetime) -> list[Board]:
    """Give the board of every centre the person coordinates or keeps the accounts of.

    Four statements, however many centres and orders; empty for anybody else.
    """
    ids = {*actor.scopes(COORDINATOR, "centre"), *actor.scopes(TREASURER, "centre")}
    if not ids:
        return []
    query = select(Centre).where(Centre.id.in_(ids)).order_by(Centre.name, Centre.id)
    rows = orders.overview(session, ids, states=("open", "closed"), most=500)
    past = orders.overview(session, ids, states=("settled", "cancelled"), most=200)
    entries = _entries(session, rows, now)
    return [
        Board(
            centre,
            actor.has(COORDINATOR, "centre", centre.id),
            actor.has(TREASURER, "centre", centre.id),
            [entry for entry in entries if entry.order.centre_id == centre.id],
            [row for row in past if row.centre_id == centre.id][:PAST],
        )
        for centre in session.scalars(query)
    ]


def _entries(session: Session, rows: Sequence[Row[Any]], now: datetime) -> list[Entry]:
    papers = {
        row.subject_id: (row.made, row.ready, row.failed)
        for row in session.execute(_PAPERS, {"ids": [row.id for row in rows]})
    }
    found = [Entry(row, step_of(row, now), *papers.get(row.id, (0, 0, 0))) for row in rows]
    return sorted(found, key=lambda entry: (not entry.due, entry.order.closes_at, entry.order.id))


def step_of(order: Any, now: datetime) -> next_steps.Step:
    """Name what an order waits for now."""
    return next_steps.of(
        order.state,
        order.opens_at,
        order.closes_at,
        order.delivery_day,
        now=now,
        today=to_rome(now).date(),
    )


@dataclass(frozen=True, slots=True)
class OrderBook:
    """One order for whoever runs it.

    `head` is the order with producer, centre, pick-up point and sums; `offers` are those
    somebody wants; `bookings` the households with what they wanted, get and pay.
    """

    head: Row[Any]
    offers: Sequence[Row[Any]]
    bookings: Sequence[Row[Any]]
    documents: list[Document]
    step: next_steps.Step


_HEAD = text("""
    select o.*, p.name as producer, p.email as producer_email, c.name as centre,
        k.name as pickup_point, k.address,
        (select coalesce(sum(f.wanted_cents), 0)::bigint from offer f
            where f.group_order_id = o.id) as value_cents,
        (select count(*) from offer f where f.group_order_id = o.id) as offers,
        s.goods_cents as settled_goods_cents, s.transport_cents as settled_transport_cents
    from group_order o join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id join pickup_point k on k.id = o.pickup_point_id
    left join settlement s on s.group_order_id = o.id
    where o.id = :group_order_id
""")
_OFFERS = text("""
    select f.*, (select count(*) from booking_line l
        where l.offer_id = f.id and l.at_most > 0) as households
    from offer f where f.group_order_id = :group_order_id and f.at_most > 0
    order by f.position, f.id
""")
_BOOKINGS = text("""
    select b.*, h.code, h.name, n.lines, n.changed
    from booking b join household h on h.id = b.household_id
    cross join lateral (select count(*) filter (where l.at_most > 0) as lines,
        count(*) filter (where l.reason is not null) as changed
        from booking_line l where l.booking_id = b.id) n
    where b.group_order_id = :group_order_id and n.lines > 0
    order by h.code collate "C", b.id
""")


def order_book(session: Session, actor: Actor, group_order_id: int, now: datetime) -> OrderBook:
    """Read one order for its coordinators and treasurers (four statements); raises NotFound."""
    values = {"group_order_id": group_order_id}
    head = head_of(session, actor, group_order_id)
    return OrderBook(
        head,
        session.execute(_OFFERS, values).all(),
        session.execute(_BOOKINGS, values).all(),
        documents.of(session, "group_order", group_order_id),
        step_of(head, now),
    )


def head_of(session: Session, actor: Actor, group_order_id: int) -> Row[Any]:
    """Read an order with its names and sums, for those who run it; raises NotFound."""
    head = session.execute(_HEAD, {"group_order_id": group_order_id}).one_or_none()
    if head is None:
        raise NotFound
    centres.require_any(actor, head.centre_id, COORDINATOR, TREASURER)
    return head


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
