"""Settling: the delivery came as assigned, and every household is charged exactly once."""

import json
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit import audit, jobs, shown
from kit.errors import Message
from kit.sentences import euro
from ledger import accounts, journal
from ledger.rules.entries import Entry, Line
from market import charges
from market.centres import centres, commitments
from market.charges import Due, SettlementPreview
from market.group_orders import orders
from market.group_orders.rules import lifecycle
from market.tables.catalogue import Agreement
from market.tables.centres import Centre
from market.tables.orders import GroupOrder
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


def preview(session: Session, actor: Actor, group_order_id: int) -> SettlementPreview:
    """Show what settling would charge every household (four statements, none writes).

    For coordinators and treasurers. Raises Refused unless the order is closed, NotFound.
    """
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, *lifecycle.ACTORS["settle"])
    lifecycle.after(order.state, "settle")
    return charges.proposed(session, group_order_id)


def settle(
    session: Session, actor: Actor, group_order_id: int, now: datetime, *, seen: str | None = None
) -> Settlement:
    """Charge an order as it was assigned, for coordinators and treasurers of its centre.

    Each household pays its goods and its share of the transport in one journal entry under
    the key `group-order:{id}:household:{id}`; the producer is owed the goods, the centre's
    transport account the rest; commitments are released. What rounding leaves between the
    producer's lines and the households' is the centre's, in one entry under
    `group-order:{id}:rounding`. `seen` is what the preview had shown (its parts, packed), None
    where there was none. Raises Changed where that is no longer true, Refused unless the order
    is closed, NotFound.
    """
    order = orders.held(session, actor, group_order_id, "settle")
    state = lifecycle.after(order.state, "settle")
    proposed = charges.proposed(session, group_order_id)
    if seen is not None:
        shown.check(seen, proposed.parts(), proposed.named)
    commitments.release(session, group_order_id)
    journals = _post(session, actor, order, proposed, now)
    settlement = _write(session, actor, order, proposed, journals, now=now)
    orders.change(session, group_order_id, state=state, settled_at=now)
    _record(session, actor, settlement, now)
    jobs.enqueue(session, "market.settlement_notices", group_order_id=group_order_id)
    return settlement


def _post(
    session: Session, actor: Actor, order: GroupOrder, proposed: SettlementPreview, now: datetime
) -> dict[int, int]:
    """Post one entry per household that owes something, and what rounding leaves.

    Returns household to journal id.
    """
    payable, transport, code = session.execute(
        select(Agreement.payable_account_id, Centre.transport_account_id, Centre.code)
        .join(Centre, Centre.id == Agreement.centre_id)
        .where(Agreement.centre_id == order.centre_id, Agreement.producer_id == order.producer_id)
    ).one()
    owing = [each for each in proposed.due if each.total_cents > 0]
    entries = [_entry(order, each, payable, transport) for each in owing]
    if proposed.rounding_cents:
        owner = f"centre:{code.lower()}"
        rounding = accounts.open(session, f"{owner}:rounding", "rounding", owner)
        lines = [(payable, proposed.rounding_cents), (rounding, -proposed.rounding_cents)]
        entries.append(_rounding_entry(order, lines, proposed.goods_cents))
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
    proposed: SettlementPreview,
    journals: dict[int, int],
    *,
    now: datetime,
) -> Settlement:
    due = proposed.due
    settlement = Settlement(
        group_order_id=order.id,
        goods_cents=proposed.goods_cents,
        rounding_cents=proposed.rounding_cents,
        transport_cents=proposed.transport_cents,
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
