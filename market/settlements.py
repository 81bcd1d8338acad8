"""Settling: the delivery came as assigned, and every household is charged exactly once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit import audit, jobs, shown
from kit.db import lock_exclusive
from kit.errors import Message
from kit.sentences import euro
from ledger import accounts, journal
from ledger.rules.entries import Entry
from market.centres import centres, commitments
from market.group_orders import orders
from market.group_orders.rules import lifecycle
from market.tables.bookings import Booking
from market.tables.catalogue import Agreement
from market.tables.centres import Centre, Household
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
    """What settling would charge the households, and what each side gets (cents)."""

    charges: Sequence[ProposedCharge]

    @property
    def goods_cents(self) -> int:
        """What the producer gets."""
        return sum(charge.due.assigned_cents for charge in self.charges)

    @property
    def transport_cents(self) -> int:
        """What the transport account gets."""
        return sum(charge.due.transport_cents for charge in self.charges)

    def parts(self) -> dict[str, str]:
        """Give what the page shows, as `kit.shown` compares it: who pays what, and is left with."""
        found = {}
        for each in self.charges:
            due = each.due
            charge = f"{due.name} {due.code} {due.assigned_cents} {due.transport_cents}"
            found[f"charge-{due.household_id}"] = charge
            found[f"credit-{due.household_id}"] = str(each.after_cents)
        return {**found, "total": f"{self.goods_cents} {self.transport_cents}"}

    def named(self, part: str) -> Message:
        """Put one of the parts into words."""
        kind, _, id_ = part.partition("-")
        names = {str(each.due.household_id): each.due.name for each in self.charges}
        if kind == "charge" and id_ in names:
            return Message("l'addebito di {household}", household=names[id_])
        if kind == "credit" and id_ in names:
            return Message("il credito di {household}", household=names[id_])
        return Message("il totale")


def preview(session: Session, actor: Actor, group_order_id: int) -> SettlementPreview:
    """Show what settling would charge every household (two statements, none writes).

    For coordinators and treasurers. Raises Refused unless the order is closed, NotFound.
    """
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, *lifecycle.ACTORS["settle"])
    lifecycle.after(order.state, "settle")
    return _proposed(session, group_order_id)


def _proposed(session: Session, group_order_id: int) -> SettlementPreview:
    query = (
        _DUE.add_columns(accounts.balance_of(Household.account_id))
        .where(Booking.group_order_id == group_order_id)
        .order_by(Household.code, Booking.id)
    )
    found = session.execute(query)
    return SettlementPreview([ProposedCharge(Due(*due), balance) for *due, balance in found])


def settle(
    session: Session, actor: Actor, group_order_id: int, now: datetime, *, seen: str | None = None
) -> Settlement:
    """Charge an order as it was assigned, for coordinators and treasurers of its centre.

    Each household pays its goods and its share of the transport in one journal entry under
    the key `group-order:{id}:household:{id}`; the producer is owed the goods, the centre's
    transport account the rest; commitments are released. `seen` is what the preview had shown
    (its parts, packed), None where there was none. Raises Changed where that is no longer true,
    Refused unless the order is closed, NotFound.
    """
    lock_exclusive(session, "group_order", group_order_id)
    order = orders.get(session, group_order_id)
    centres.require_any(actor, order.centre_id, *lifecycle.ACTORS["settle"])
    state = lifecycle.after(order.state, "settle")
    proposed = _proposed(session, group_order_id)
    if seen is not None:
        shown.check(seen, proposed.parts(), proposed.named)
    commitments.release(session, group_order_id)
    due = [charge.due for charge in proposed.charges]
    journals = _post(session, actor, order, due, now)
    settlement = _write(session, actor, order, due, journals, now=now)
    orders.change(session, group_order_id, state=state, settled_at=now)
    _record(session, actor, settlement, now)
    jobs.enqueue(session, "market.settlement_notices", group_order_id=group_order_id)
    return settlement


def _post(
    session: Session, actor: Actor, order: GroupOrder, due: Sequence[Due], now: datetime
) -> dict[int, int]:
    """Post one entry per household that owes something; return household to journal id."""
    payable, transport = session.execute(
        select(Agreement.payable_account_id, Centre.transport_account_id)
        .join(Centre, Centre.id == Agreement.centre_id)
        .where(Agreement.centre_id == order.centre_id, Agreement.producer_id == order.producer_id)
    ).one()
    owing = [each for each in due if each.total_cents > 0]
    entries = [_entry(order, each, payable, transport) for each in owing]
    ids = journal.post_many(session, entries, actor.person_id, now)
    return {each.household_id: id_ for each, id_ in zip(owing, ids, strict=True)}


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
    now: datetime,
) -> Settlement:
    settlement = Settlement(
        group_order_id=order.id,
        goods_cents=sum(each.assigned_cents for each in due),
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
