"""Score sheets and their marks."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Numeric,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


class ScoreSheet(Base):
    """One evaluator's sheet on one application; once sent it never changes (DR-18).

    `given`, `total` and `marks` (criterion to mark as text) repeat what the scores say, so
    that a list of hundreds of sheets is read in one statement.
    """

    __tablename__ = "score_sheet"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    call_version_id: Mapped[int] = mapped_column(ForeignKey("call_version.id"))
    state: Mapped[str] = mapped_column(default="draft")
    given: Mapped[int] = mapped_column(default=0)
    total: Mapped[Decimal | None] = mapped_column(Numeric(16, 6))
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("evaluator_id", "application_id"),
        CheckConstraint("state IN ('draft', 'sent')", name="state_known"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_instant"),
    )


class Score(Base):
    """The mark for one criterion on a sheet: NULL while it is missing, never 0 for that."""

    __tablename__ = "score"

    score_sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    motivation: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("mark >= 0", name="mark_not_negative"),
        CheckConstraint("length(motivation) <= 5000", name="motivation_bounded"),
    )
