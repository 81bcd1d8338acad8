"""The one charge of every household, written when a delivery is settled."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import ledger.tables  # noqa: F401 (a charge names its journal entry)
from kit.db import Base, Big, Instant

_KEPT = {"info": {"grants": "SELECT, INSERT"}}


class Settlement(Base):
    """A group order was delivered and charged: at most one, never changed."""

    __tablename__ = "settlement"
    __table_args__ = (_KEPT,)

    group_order_id: Mapped[Big] = mapped_column(ForeignKey("group_order.id"), primary_key=True)
    goods_cents: Mapped[Big]
    """What the households paid for their goods."""
    transport_cents: Mapped[Big]
    rounding_cents: Mapped[Big | None]
    """What the producer is owed beyond that, because each line is rounded once; it is the
    centre's. None: settled before it was named, and not booked.
    """
    households: Mapped[int]
    settled_by: Mapped[Big | None]
    settled_at: Mapped[Instant]


class Charge(Base):
    """What one household paid for one group order; corrected only by counter-entries."""

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("total_cents = goods_cents + transport_cents", name="total"),
        CheckConstraint("goods_cents >= 0 AND transport_cents >= 0", name="amounts"),
        Index("ix_charge_group_order_id", "group_order_id"),
        Index("ix_charge_household_id", "household_id"),
        _KEPT,
    )

    booking_id: Mapped[Big] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    group_order_id: Mapped[Big] = mapped_column(ForeignKey("settlement.group_order_id"))
    household_id: Mapped[Big] = mapped_column(ForeignKey("household.id"))
    goods_cents: Mapped[Big]
    transport_cents: Mapped[Big]
    total_cents: Mapped[Big]
    transport_proof: Mapped[dict[str, Any] | None]
    journal_id: Mapped[Big | None] = mapped_column(ForeignKey("journal.id"))
    """None where nothing was to be paid."""
    created_at: Mapped[Instant]
