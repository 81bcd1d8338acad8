"""Settling: the delivery came as assigned, and every household is charged exactly once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit import audit, jobs
from kit.db import lock_exclusive, rows
from kit.errors import Message
from kit.sentences import euro
from ledger import accounts, journal
from ledger.rules.entries import Entry, Line
from market.catalogue.rules.pricing import line_amount
from market.centres import centres, commitments
from market.group_orders import orders
from market.group_orders.rules import lifecycle
from market.tables.bookings import Booking
from market.tables.catalogue import Agreement
from market.tables.centres import Centre, Household
from market.tables.orders import GroupOrder, Offer
from market.tables.settlements import Settlement
from people.actors import Actor

_CHARGE = text("""
    insert into charge (booking_id, group_order_id, household_id, goods_cents,
        transport_cents, total_cents, transport_proof, journal_id, created_at)
    select c.booking_id, :group_order_id, c.household_id, c.goods, c.transport,
        c.goods + c.transport, cast(c.proof as jsonb), c.journal_id, :now
    from unnest(cast(:bookings as bigint[]), cast(:households as bigint[]),
        cast(:goods as bigint[]), cast(:transport as bigint[]), cast(:proofs as text[]),
        cast(:journals as bigint[]))
        as c(booking_id, household_id, goods, transport, proof, journal_id)
""")


class Due(NamedTuple):
    """What a household owes of an order, and the account it comes from."""

    booking_id: int
    household_id: int
    account_id: int
    code: str
    name: str
    assigned_cents: int
    transport_cents: int
    transport_proof: dict[str, Any] | None

    @property
    def total_cents(self) -> int:
        """Goods and share of the transport."""
        return self.assigned_cents + self.transport_cents


_DUE = (
    select(
        Booking.id.label("booking_id"),
        Booking.household_id,
        Household.account_id,
        Household.code,
        Household.name,
        Booking.assigned_cents,
        Booking.transport_cents,
        Booking.transport_proof,
    )
    .join(Household, Household.id == Booking.household_id)
    .where(Booking.assigned_cents.is_not(None))
)


class _Ordered(NamedTuple):
    price_micros: int
    price_quantity: int
    assigned: int


_ORDERED = select(*(getattr(Offer, name) for name in _Ordered._fields)).where(Offer.assigned > 0)


@dataclass(frozen=True, slots=True)
class ProposedCharge:
    """What settling would charge a household, and what its balance (cents) comes to."""

    due: Due
    balance_cents: int

    @property
    def after_cents(self) -> int:
        """The balance once it is charged."""
        return self.balance_cents - self.due.total_cents


@dataclass(frozen=True, slots=True)
class SettlementPreview:
    """What settling would charge the households, and what each side gets (cents).

    The producer is owed `rounding_cents` more (or less) than the households pay for goods.
    """

    charges: Sequence[ProposedCharge]
    goods_cents: int
    rounding_cents: int
    transport_cents: int

    @property
    def owed_cents(self) -> int:
        """What the producer's lines come to."""
        return self.goods_cents + self.rounding_cents


def preview(session: Session, actor: Actor, group_order_id: int) -> SettlementPreview:
    """Show what settling would charge every household (three statements, none writes).

    For coordinators and treasurers. Raises Refused unless the order is closed, NotFound.
    """
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, *lifecycle.ACTORS["settle"])
    lifecycle.after(order.state, "settle")
    query = (
        _DUE.add_columns(accounts.balance_of(Household.account_id))
        .where(Booking.group_order_id == group_order_id)
        .order_by(Household.code, Booking.id)
    )
    charges = [ProposedCharge(Due(*due), balance) for *due, balance in session.execute(query)]
    due = [charge.due for charge in charges]
    return SettlementPreview(
        charges,
        _goods(due),
        _rounding(session, group_order_id, due),
        sum(each.transport_cents for each in due),
    )


def _goods(due: Sequence[Due]) -> int:
    return sum(each.assigned_cents for each in due)


def _rounding(session: Session, group_order_id: int, due: Sequence[Due]) -> int:
    """What the producer's lines come to beyond what the households pay for the same goods."""
    lines = rows(session, _Ordered, _ORDERED.where(Offer.group_order_id == group_order_id))
    return sum(line_amount(*line) for line in lines) - _goods(due)


def settle(session: Session, actor: Actor, group_order_id: int, now: datetime) -> Settlement:
    """Charge an order as it was assigned, for coordinators and treasurers of its centre.

    Each household pays its goods and its share of the transport in one journal entry under
    the key `group-order:{id}:household:{id}`; the producer is owed the goods, the centre's
    transport account the rest; commitments are released. What rounding leaves between the
    producer's lines and the households' is the centre's, in one entry under
    `group-order:{id}:rounding`. Raises Refused unless the order is closed, NotFound.
    """
    lock_exclusive(session, "group_order", group_order_id)
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, *lifecycle.ACTORS["settle"])
    state = lifecycle.after(order.state, "settle")
    commitments.release(session, group_order_id)
    ordered = _DUE.where(Booking.group_order_id == group_order_id).order_by(Booking.household_id)
    due = rows(session, Due, ordered)
    rounding = _rounding(session, group_order_id, due)
    journals = _post(session, actor, order, due, rounding, now=now)
    settlement = _write(session, actor, order, due, journals, rounding_cents=rounding, now=now)
    orders.change(session, group_order_id, state=state, settled_at=now)
    _record(session, actor, settlement, now)
    jobs.enqueue(session, "market.settlement_notices", group_order_id=group_order_id)
    return settlement


def _post(
    session: Session,
    actor: Actor,
    order: GroupOrder,
    due: Sequence[Due],
    rounding_cents: int,
    *,
    now: datetime,
) -> dict[int, int]:
    """Post one entry per household that owes something, and what rounding leaves.

    Returns household to journal id.
    """
    payable, transport, code = session.execute(
        select(Agreement.payable_account_id, Centre.transport_account_id, Centre.code)
        .join(Centre, Centre.id == Agreement.centre_id)
        .where(Agreement.centre_id == order.centre_id, Agreement.producer_id == order.producer_id)
    ).one()
    owing = [each for each in due if each.total_cents > 0]
    entries = [_entry(order, each, payable, transport) for each in owing]
    if rounding_cents:
        owner = f"centre:{code.lower()}"
        rounding = accounts.open(session, f"{owner}:rounding", "rounding", owner)
        lines = [(payable, rounding_cents), (rounding, -rounding_cents)]
        entries.append(_rounding_entry(order, lines, _goods(due)))
    ids = journal.post_many(session, entries, actor.person_id, now)
    return {each.household_id: id_ for each, id_ in zip(owing, ids, strict=False)}


def _rounding_entry(order: GroupOrder, lines: list[Line], goods_cents: int) -> Entry:
    (_, cents), _ = lines
    memo = Message(
        "{title}: righe del produttore {owed}, righe delle famiglie {goods}",
        title=order.title,
        owed=euro(goods_cents + cents),
        goods=euro(goods_cents),
    )
    return Entry(
        key=f"group-order:{order.id}:rounding",
        kind="market.rounding",
        lines=lines,
        memo=memo,
        subject=("group_order", order.id),
    )


def _entry(order: GroupOrder, due: Due, payable: int, transport: int) -> Entry:
    goods, share = due.assigned_cents, due.transport_cents
    lines = [(due.account_id, -goods - share), (payable, goods), (transport, share)]
    memo = Message(
        "{title}: merce {goods}, trasporto {transport}",
        title=order.title,
        goods=euro(goods),
        transport=euro(share),
    )
    return Entry(
        key=f"group-order:{order.id}:household:{due.household_id}",
        kind="market.charge",
        lines=[line for line in lines if line[1]],
        memo=memo,
        subject=("group_order", order.id),
    )


def _write(
    session: Session,
    actor: Actor,
    order: GroupOrder,
    due: Sequence[Due],
    journals: dict[int, int],
    *,
    rounding_cents: int,
    now: datetime,
) -> Settlement:
    settlement = Settlement(
        group_order_id=order.id,
        goods_cents=_goods(due),
        rounding_cents=rounding_cents,
        transport_cents=sum(each.transport_cents for each in due),
        households=len(due),
        settled_by=actor.person_id,
        settled_at=now,
    )
    session.add(settlement)
    session.flush()
    session.execute(
        _CHARGE,
        {
            "group_order_id": order.id,
            "now": now,
            "bookings": [each.booking_id for each in due],
            "households": [each.household_id for each in due],
            "goods": [each.assigned_cents for each in due],
            "transport": [each.transport_cents for each in due],
            "proofs": [each.transport_proof and json.dumps(each.transport_proof) for each in due],
            "journals": [journals.get(each.household_id) for each in due],
        },
    )
    return settlement


def _record(session: Session, actor: Actor, settlement: Settlement, now: datetime) -> None:
    after = {
        "state": lifecycle.SETTLED,
        "households": settlement.households,
        "goods_cents": settlement.goods_cents,
        "rounding_cents": settlement.rounding_cents,
        "transport_cents": settlement.transport_cents,
    }
    audit.record(
        session,
        actor,
        "settled",
        audit.of(GroupOrder, settlement.group_order_id),
        now,
        before={"state": lifecycle.CLOSED},
        after=after,
    )
