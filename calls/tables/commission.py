"""What evaluators declare before reading."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


class ConflictDeclaration(Base):
    """What an evaluator declared about an application; the newest one counts (DR-17).

    Everything but `none` takes the access away, `unsure` too.
    """

    __tablename__ = "conflict_declaration"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    declared_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(
            "kind IN ('none', 'family', 'work', 'interest', 'dispute', 'unsure')",
            name="kind_known",
        ),
        Index("ix_conflict_declaration_who", "evaluator_id", "application_id", "id"),
        APPEND_ONLY,
    )
