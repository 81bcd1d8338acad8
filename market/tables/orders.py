"""The group order and what is offered in it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Big, Id, Instant
from market.tables.terms import ProductTerms

# All of an offer that the application may ever change: its terms are frozen by grant.
_COUNTERS = "wanted, at_most, wanted_cents, households, assigned, cases"


class GroupOrder(Base):
    """A centre buys together from one producer until one instant.

    Its state changes only under the exclusive lock ("group_order", id); whoever books
    holds the same lock shared.
    """

    __tablename__ = "group_order"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'closed', 'settled', 'cancelled', 'empty')", name="known_state"
        ),
        CheckConstraint("transport_by IN ('value', 'weight', 'quantity', 'equal')", name="by"),
        CheckConstraint("btrim(title) <> ''", name="title"),
        CheckConstraint("closes_at > opens_at", name="instants"),
        CheckConstraint("minimum_cents >= 0 AND transport_cents >= 0", name="amounts"),
        CheckConstraint("ordered_cents >= 0", name="ordered"),
        Index("ix_group_order_centre_id", "centre_id", "state", "closes_at"),
        {"info": {"grants": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[Id]
    centre_id: Mapped[Big] = mapped_column(ForeignKey("centre.id"))
    producer_id: Mapped[Big] = mapped_column(ForeignKey("producer.id"))
    price_list_id: Mapped[Big] = mapped_column(ForeignKey("price_list.id"))
    pickup_point_id: Mapped[Big] = mapped_column(ForeignKey("pickup_point.id"))
    title: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    opens_at: Mapped[Instant]
    closes_at: Mapped[Instant]
    delivery_day: Mapped[date]
    minimum_cents: Mapped[Big] = mapped_column(server_default="0")
    transport_cents: Mapped[Big] = mapped_column(server_default="0")
    transport_by: Mapped[str] = mapped_column(server_default="value")
    ordered_cents: Mapped[Big | None]
    """Filled by closing: the goods all households get, at the frozen prices."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows when the order itself changes; bookings do not touch it."""
    created_by: Mapped[Big | None]
    created_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    settled_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]
    cancelled_because: Mapped[str] = mapped_column(server_default="")
    """What whoever cancelled it wrote; may be empty where no household had booked."""


class Offer(ProductTerms, Base):
    """A product as it is offered in one group order: its terms are frozen.

    The counters are kept by every booking: `wanted` and `at_most` sum the lines,
    `wanted_cents` their amounts; `households` counts the lines with an "at most". `wanted`
    never exceeds `available`.
    """

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("group_order_id", "product_id"),
        CheckConstraint("price_micros > 0 AND price_quantity > 0", name="price"),
        CheckConstraint("wanted >= 0 AND at_most >= wanted", name="counters"),
        CheckConstraint("wanted_cents >= 0", name="wanted_cents"),
        CheckConstraint("households >= 0", name="households"),
        CheckConstraint("wanted <= available", name="not_oversold"),
        CheckConstraint("assigned >= 0 AND assigned <= available", name="assigned"),
        CheckConstraint("NOT whole_cases OR assigned = cases * case_size", name="cases"),
        {"info": {"grants": f"SELECT, INSERT, UPDATE ({_COUNTERS})"}},
    )

    id: Mapped[Id]
    group_order_id: Mapped[Big] = mapped_column(ForeignKey("group_order.id"))
    product_id: Mapped[Big] = mapped_column(ForeignKey("product.id"))
    position: Mapped[int]
    wanted: Mapped[Big] = mapped_column(server_default="0")
    at_most: Mapped[Big] = mapped_column(server_default="0")
    wanted_cents: Mapped[Big] = mapped_column(server_default="0")
    households: Mapped[Big] = mapped_column(server_default="0")
    assigned: Mapped[Big | None]
    """Filled by closing: what is ordered from the producer."""
    cases: Mapped[Big | None]
    """Filled by closing, for products sold in whole cases only."""
