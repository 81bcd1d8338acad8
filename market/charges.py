"""What households owe of a closed order, and what settling it would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Boolean, literal_column, select
from sqlalchemy.orm import Session

from kit.db import rows
from kit.errors import Message
from ledger import accounts
from market import audiences
from market.audiences import HouseholdAudience
from market.catalogue.rules.pricing import line_amount
from market.tables.bookings import SERVED, Booking
from market.tables.centres import Household
from market.tables.orders import Offer


class Due(NamedTuple):
    """What a household that gets something owes of an order, and the account it comes from."""

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
    .where(literal_column(SERVED, Boolean))
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
    audience: HouseholdAudience

    @property
    def due(self) -> list[Due]:
        """What each household owes."""
        return [charge.due for charge in self.charges]

    @property
    def owed_cents(self) -> int:
        """What the producer's lines come to."""
        return self.goods_cents + self.rounding_cents

    def parts(self) -> dict[str, str]:
        """Give what the page shows, as `kit.shown` compares it.

        Who pays what and is left with how much, and who is written to.
        """
        found = {}
        for each in self.charges:
            due = each.due
            charge = f"{due.name} {due.code} {due.assigned_cents} {due.transport_cents}"
            found[f"charge-{due.household_id}"] = charge
            found[f"credit-{due.household_id}"] = str(each.after_cents)
        total = f"{self.goods_cents} {self.rounding_cents} {self.transport_cents}"
        return {**found, "total": total, **self.audience.parts()}

    def named(self, part: str) -> Message:
        """Put one of the parts into words."""
        kind, _, id_ = part.partition("-")
        names = {str(each.due.household_id): each.due.name for each in self.charges}
        if kind == "charge" and id_ in names:
            return Message("l'addebito di {household}", household=names[id_])
        if kind == "credit" and id_ in names:
            return Message("il credito di {household}", household=names[id_])
        return audiences.PARTS.get(part, Message("il totale"))


def proposed(session: Session, group_order_id: int) -> SettlementPreview:
    """Tell what settling an order would charge everybody now (three statements)."""
    query = (
        _DUE.add_columns(accounts.balance_of(Household.account_id))
        .where(Booking.group_order_id == group_order_id)
        .order_by(Household.code, Booking.id)
    )
    charges = [ProposedCharge(Due(*due), balance) for *due, balance in session.execute(query)]
    goods = sum(charge.due.assigned_cents for charge in charges)
    lines = rows(session, _Ordered, _ORDERED.where(Offer.group_order_id == group_order_id))
    return SettlementPreview(
        charges,
        goods,
        sum(line_amount(*line) for line in lines) - goods,
        sum(charge.due.transport_cents for charge in charges),
        audiences.audience(session, group_order_id, audiences.charged),
    )
