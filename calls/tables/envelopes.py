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

from kit.db import Base, Id

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


class DoubleDecision(Base):
    """Which of several applications of one tax code counts, decided by the office with a reason.

    The newest one about any of them decides; without one the last that was sent counts.
    """

    __tablename__ = "double_decision"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    reason: Mapped[str]
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 1 AND 1000", name="reason_bounded"),
        APPEND_ONLY,
    )


class OpenedApplication(Base):
    """What lists show of an opened application, and its kept totals.

    `code` is the public name of the application, `requested` is in cents. `tax_code` is the
    proponent's as it was sent, tidied: it finds doubles and evaluators who applied, and is on no
    page. `sheets` and `total_sum` count the sent sheets that stand, so that no list adds up marks.
    """

    __tablename__ = "opened_application"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), primary_key=True, autoincrement=False
    )
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    code: Mapped[str]
    firm: Mapped[str]
    tax_code: Mapped[str] = mapped_column(index=True)
    requested: Mapped[int]
    sheets: Mapped[int] = mapped_column(default=0)
    total_sum: Mapped[Decimal] = mapped_column(Numeric(16, 6), default=0)

    __table_args__ = (
        UniqueConstraint("call_id", "code"),
        CheckConstraint("requested >= 0", name="requested_not_negative"),
        CheckConstraint("sheets >= 0", name="sheets_not_negative"),
        {"info": {"grants": "SELECT, INSERT, UPDATE (sheets, total_sum)"}},
    )
