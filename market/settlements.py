"""Settling: the delivery came as assigned, and every household is charged exactly once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from kit import audit, jobs
from kit.db import lock_exclusive
from kit.errors import Message
from kit.sentences import euro
from ledger import accounts, journal
from ledger.rules.entries import Entry
from market.centres import centres, commitments
from market.group_orders import orders
from market.group_orders.rules import lifecycle
from market.tables.catalogue import Agreement
from market.tables.centres import Centre
from market.tables.orders import GroupOrder
from market.tables.settlements import Settlement
from people.actors import Actor
from people.roles import COORDINATOR, TREASURER

_DUE = text("""
    select b.id as booking_id, b.household_id, b.assigned_cents, b.transport_cents,
        b.transport_proof, h.account_id
    from booking b join household h on h.id = b.household_id
    where b.group_order_id = :group_order_id and b.assigned_cents is not null
    order by b.household_id
""")
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


@dataclass(frozen=True, slots=True)
class Preview:
    """What settling would charge: the households' rows, and what each side gets (cents).

    A row has code, name, assigned_cents, transport_cents, transport_proof, total_cents,
    balance_cents and after_cents.
    """

    rows: Sequence[Row[Any]]
    goods_cents: int
    transport_cents: int


_PREVIEW = text(f"""
    select b.household_id, h.code, h.name, b.assigned_cents, b.transport_cents,
        b.transport_proof, b.assigned_cents + b.transport_cents as total_cents,
        a.balance as balance_cents,
        a.balance - b.assigned_cents - b.transport_cents as after_cents
    from booking b join household h on h.id = b.household_id
    cross join lateral
        (select {accounts.BALANCE} as balance from account a where a.id = h.account_id) a
    where b.group_order_id = :group_order_id and b.assigned_cents is not null
    order by h.code collate "C", b.id
""")


def preview(session: Session, actor: Actor, group_order_id: int) -> Preview:
    """Show what settling would charge every household (two statements, none writes).

    For coordinators and treasurers. Raises Refused unless the order is closed, NotFound.
    """
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, COORDINATOR, TREASURER)
    lifecycle.after(order.state, "settle")
    rows = session.execute(_PREVIEW, {"group_order_id": group_order_id}).all()
    goods = sum(row.assigned_cents for row in rows)
    return Preview(rows, goods, sum(row.transport_cents for row in rows))


def settle(session: Session, actor: Actor, group_order_id: int, now: datetime) -> Settlement:
    """Charge an order as it was assigned, for coordinators and treasurers of its centre.

    Each household pays its goods and its share of the transport in one journal entry under
    the key `group-order:{id}:household:{id}`; the producer is owed the goods, the centre's
    transport account the rest; commitments are released. Raises Refused unless the order is
    closed, NotFound.
    """
    lock_exclusive(session, "group_order", group_order_id)
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, COORDINATOR, TREASURER)
    state = lifecycle.after(order.state, "settle")
    commitments.release(session, group_order_id)
    due = session.execute(_DUE, {"group_order_id": group_order_id}).all()
    journals = _post(session, actor, order, due, now)
    settlement = _write(session, actor, order, due, journals, now=now)
    orders.change(session, group_order_id, state=state, settled_at=now)
    _record(session, actor, settlement, now)
    jobs.enqueue(session, "market.settlement_notices", group_order_id=group_order_id)
    return settlement


def _post(
    session: Session, actor: Actor, order: GroupOrder, due: Sequence[Row[Any]], now: datetime
) -> dict[int, int]:
    """Post one entry per household that owes something; return household to journal id."""
    payable, transport = session.execute(
        select(Agreement.payable_account_id, Centre.transport_account_id)
        .join(Centre, Centre.id == Agreement.centre_id)
        .where(Agreement.centre_id == order.centre_id, Agreement.producer_id == order.producer_id)
    ).one()
    owing = [row for row in due if row.assigned_cents + row.transport_cents > 0]
    entries = [_entry(order, row, payable, transport) for row in owing]
    ids = journal.post_many(session, entries, actor.person_id, now)
    return {row.household_id: id_ for row, id_ in zip(owing, ids, strict=True)}


def _entry(order: GroupOrder, row: Row[Any], payable: int, transport: int) -> Entry:
    goods, share = row.assigned_cents, row.transport_cents
    lines = [(row.account_id, -goods - share), (payable, goods), (transport, share)]
    memo = Message(
        "{title}: merce {goods}, trasporto {transport}",
        title=order.title,
        goods=euro(goods),
        transport=euro(share),
    )
    return Entry(
        key=f"group-order:{order.id}:household:{row.household_id}",
        kind="market.charge",
        lines=[line for line in lines if line[1]],
        memo=memo,
        subject=("group_order", order.id),
    )


def _write(
    session: Session,
    actor: Actor,
    order: GroupOrder,
    due: Sequence[Row[Any]],
    journals: dict[int, int],
    *,
    now: datetime,
) -> Settlement:
    settlement = Settlement(
        group_order_id=order.id,
        goods_cents=sum(row.assigned_cents for row in due),
        transport_cents=sum(row.transport_cents for row in due),
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
            "bookings": [row.booking_id for row in due],
            "households": [row.household_id for row in due],
            "goods": [row.assigned_cents for row in due],
            "transport": [row.transport_cents for row in due],
            "proofs": [row.transport_proof and json.dumps(row.transport_proof) for row in due],
            "journals": [journals.get(row.household_id) for row in due],
        },
    )
    return settlement


def _record(session: Session, actor: Actor, settlement: Settlement, now: datetime) -> None:
    after = {
        "state": "settled",
        "households": settlement.households,
        "goods_cents": settlement.goods_cents,
        "transport_cents": settlement.transport_cents,
    }
    audit.record(
        session,
        actor,
        "settled",
        audit.of(GroupOrder, settlement.group_order_id),
        now,
        before={"state": "closed"},
        after=after,
    )
