"""What a household reserves in a group order."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Big, Id, Instant

_NEVER_DELETED = {"info": {"grants": "SELECT, INSERT, UPDATE"}}

SERVED = (
    "(coalesce(booking.assigned_cents, 0) > 0 or booking.assigned_cents = 0 and exists"
    " (select from booking_line l where l.booking_id = booking.id and l.assigned > 0))"
)
"""Whether closing gives a household anything: a quantity, whatever it is worth.

A product may cost less than half a cent; what is worth something is a quantity, so that the lines
are asked only where the goods come to nothing.
"""
BOOKED = f"case when booking.assigned_cents is null then booking.lines > 0 else {SERVED} end"
"""Whether a household counts as booked: it would take something, after closing it gets something.

SQL about the table by its own name, so that every count of households asks the same.
"""
PERHAPS = (
    "(booking.assigned_cents is null and booking.wanted_cents = 0 and not exists"
    " (select from booking_line l where l.booking_id = booking.id and l.wanted > 0))"
)
"""Whether a booking wants nothing, and would at most complete a case; decided by closing."""
COSTS = "coalesce(booking.assigned_cents + booking.transport_cents, booking.wanted_cents)"
"""What a booking costs: as wanted, after closing as assigned with its share of the transport."""


class Booking(Base):
    """One household in one group order; its row is the lock of all its lines.

    `wanted_cents` sums the lines at "wanted". `committed_cents` counts into the household's
    commitment: the lines at "at most" while the order is open, what it gets and its share of
    the transport from closing on, 0 once the order is settled, cancelled or orders nothing.
    `lines` counts those with an "at most".
    """

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("group_order_id", "household_id"),
        CheckConstraint("wanted_cents >= 0 AND committed_cents >= 0", name="amounts"),
        CheckConstraint("lines >= 0 AND changed_lines BETWEEN 0 AND lines", name="lines"),
        Index("ix_booking_household_id", "household_id"),
        _NEVER_DELETED,
    )

    id: Mapped[Id]
    group_order_id: Mapped[Big] = mapped_column(ForeignKey("group_order.id"))
    household_id: Mapped[Big] = mapped_column(ForeignKey("household.id"))
    wanted_cents: Mapped[Big] = mapped_column(server_default="0")
    committed_cents: Mapped[Big] = mapped_column(server_default="0")
    lines: Mapped[Big] = mapped_column(server_default="0")
    changed_lines: Mapped[Big | None]
    """Filled by closing: how many lines get another quantity than they asked for."""
    assigned_cents: Mapped[Big | None]
    """Filled by closing: the goods the household gets, at the frozen prices."""
    transport_cents: Mapped[Big | None]
    """Filled by closing: its share of the transport cost."""
    transport_proof: Mapped[dict[str, Any] | None]
    """The sentence that shows how the share came about: {"text": ..., "values": ...}."""
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class BookingLine(Base):
    """One product in a booking: what is wanted, and how far the household would go.

    Nothing wanted is kept as 0 and 0, so that the line keeps its row and its history.
    """

    __tablename__ = "booking_line"
    __table_args__ = (
        CheckConstraint("wanted >= 0 AND at_most >= wanted", name="quantities"),
        CheckConstraint("amount_cents >= 0 AND at_most_cents >= amount_cents", name="amounts"),
        CheckConstraint("assigned BETWEEN 0 AND at_most", name="assigned"),
        Index("ix_booking_line_offer_id", "offer_id"),
        _NEVER_DELETED,
    )

    booking_id: Mapped[Big] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    offer_id: Mapped[Big] = mapped_column(ForeignKey("offer.id"), primary_key=True)
    wanted: Mapped[Big]
    at_most: Mapped[Big]
    amount_cents: Mapped[Big]
    """What `wanted` costs at the frozen price."""
    at_most_cents: Mapped[Big]
    assigned: Mapped[Big | None]
    """Filled by closing."""
    assigned_cents: Mapped[Big | None]
    reason: Mapped[dict[str, Any] | None]
    """Why it got another quantity than it asked for: {"text": ..., "values": ...}."""
    updated_at: Mapped[Instant]
