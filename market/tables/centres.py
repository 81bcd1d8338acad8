"""The centre, its pick-up points and its households."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import ledger.tables  # noqa: F401 (the account a household owns lives downhill)
from kit.db import Base, Big, Id, Instant
from kit.ordering import key_of


class Centre(Base):
    """A solidarity purchasing centre: households that buy together."""

    __tablename__ = "centre"
    __table_args__ = (CheckConstraint("btrim(name) <> ''", name="name"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(collation="C"), unique=True)
    name: Mapped[str]
    name_order: Mapped[str] = key_of("name")
    municipality: Mapped[str]
    """ISTAT code of the municipality (people.places)."""
    address: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    transport_account_id: Mapped[Big] = mapped_column(ForeignKey("account.id"))
    """Where the shared transport cost of its orders is collected."""
    created_at: Mapped[Instant]


class PickupPoint(Base):
    """A place where the parcels of a centre are handed out."""

    __tablename__ = "pickup_point"
    __table_args__ = (
        UniqueConstraint("centre_id", "name"),
        CheckConstraint("btrim(name) <> ''", name="name"),
    )

    id: Mapped[Id]
    centre_id: Mapped[Big] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str]
    name_order: Mapped[str] = key_of("name")
    address: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    """Opening hours and how to get in, as the centre says it."""
    active: Mapped[bool] = mapped_column(server_default="true")


class Household(Base):
    """A family that buys together in one centre and owns one account.

    `commitment_cents` is the sum of its open bookings at "at most"; it may not exceed the
    balance of the account plus `limit_cents`. `code` is the public card number inside the
    centre: the stable key of every tie-break.
    """

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("centre_id", "code"),
        CheckConstraint("btrim(name) <> ''", name="name"),
        CheckConstraint("commitment_cents >= 0", name="commitment"),
        CheckConstraint("limit_cents >= 0", name="limit"),
        Index("ix_household_account_id", "account_id", unique=True),
        {"info": {"grants": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[Id]
    centre_id: Mapped[Big] = mapped_column(ForeignKey("centre.id"))
    code: Mapped[str] = mapped_column(String(collation="C"))
    name: Mapped[str]
    name_order: Mapped[str] = key_of("name")
    language: Mapped[str] = mapped_column(server_default="it")
    email: Mapped[str | None]
    """Where its mail goes when no member signs in; members are people's grants."""
    note: Mapped[str] = mapped_column(server_default="")
    """For whoever helps people without a device or a card ("phones on Tuesdays")."""
    pickup_point_id: Mapped[Big | None] = mapped_column(ForeignKey("pickup_point.id"))
    account_id: Mapped[Big] = mapped_column(ForeignKey("account.id"))
    limit_cents: Mapped[Big] = mapped_column(server_default="0")
    commitment_cents: Mapped[Big] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[Instant]
