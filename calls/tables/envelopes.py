"""The opening of a call and the applications it brought to light."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Numeric,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


class Opening(Base):
    """The act that opens a call's envelopes, once, after the deadline (DR-13)."""

    __tablename__ = "opening"

    call_id: Mapped[int] = mapped_column(
        ForeignKey("call.id"), primary_key=True, autoincrement=False
    )
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    applications: Mapped[int]

    __table_args__ = (APPEND_ONLY,)


class OpenedApplication(Base):
    """What lists show of an opened application, and its kept totals.

    `code` is the public name of the application, `requested` is in cents. `sheets` and
    `total_sum` count the sent sheets that stand, so that no list adds up marks.
    """

    __tablename__ = "opened_application"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), primary_key=True, autoincrement=False
    )
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    code: Mapped[str]
    firm: Mapped[str]
    requested: Mapped[int]
    sheets: Mapped[int] = mapped_column(default=0)
    total_sum: Mapped[Decimal] = mapped_column(Numeric(16, 6), default=0)

    __table_args__ = (
        UniqueConstraint("call_id", "code"),
        CheckConstraint("requested >= 0", name="requested_not_negative"),
        CheckConstraint("sheets >= 0", name="sheets_not_negative"),
        {"info": {"grants": "SELECT, INSERT, UPDATE"}},
    )
