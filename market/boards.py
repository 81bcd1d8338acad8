"""What whoever runs a centre sees of its orders; how far the network has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.db import rows
from kit.paper.documents import Document
from market.group_orders import orders
from market.group_orders.orders import Overview
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Stage, Standing
from market.tables.catalogue import Producer
from market.tables.centres import Centre, Household
from market.tables.orders import GroupOrder
from people.actors import Actor
from people.roles import COORDINATOR, TREASURER

PAST = 12


@dataclass(frozen=True, slots=True)
class BoardOrder:
    """An order on the board, how it stands, its papers."""

    order: Overview
    standing: Standing
    documents: int
    documents_ready: int
    documents_failed: int

    @property
    def due(self) -> bool:
        """Whether somebody has to act now."""
        return self.standing.stage in standing.WAITING

    @property
    def to_close(self) -> bool:
        """Whether what is due is closing it."""
        return self.standing.stage is Stage.OVER


@dataclass(frozen=True, slots=True)
class Board:
    """The orders of one centre: those under way, what is due first, and the last past ones."""

    centre: Centre
    coordinates: bool
    keeps_accounts: bool
    current: list[BoardOrder]
    past: list[tuple[Overview, Standing]]


def of_actor(session: Session, actor: Actor, now: datetime) -> list[Board]:
    """Give the board of every centre the person coordinates or keeps the accounts of.

    Four statements, however many centres and orders; empty for anybody else.
    """
    ids = {*actor.scopes(COORDINATOR, "centre"), *actor.scopes(TREASURER, "centre")}
    if not ids:
        return []
    query = select(Centre).where(Centre.id.in_(ids)).order_by(Centre.name_order, Centre.id)
    current = orders.overview(session, ids, states=lifecycle.UNDER_WAY, most=500)
    past = orders.overview(session, ids, states=lifecycle.PAST, most=200)
    entries = _entries(session, current, now)
    return [
        Board(
            centre,
            actor.has(COORDINATOR, "centre", centre.id),
            actor.has(TREASURER, "centre", centre.id),
            [entry for entry in entries if entry.order.centre_id == centre.id],
            [_told(order, now) for order in past if order.centre_id == centre.id][:PAST],
        )
        for centre in session.scalars(query)
    ]


def _told(order: Overview, now: datetime) -> tuple[Overview, Standing]:
    return order, standing.of(order, now, "staff")


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
        BoardOrder(*_told(order, now), *papers.get(order.id, _Papers(0, 0, 0, 0))[1:])
        for order in found
    ]
    return sorted(entries, key=lambda entry: (not entry.due, entry.order.closes_at, entry.order.id))


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
