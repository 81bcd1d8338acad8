"""What evaluators declare before reading, and how far each of them is."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


class ConflictDeclaration(Base):
    """What an evaluator declared about an application; the newest one counts (DR-17).

    Everything but `none` takes the access away, `unsure` too. The last five kinds are never
    chosen: they are found in what was sent and declared, and recorded (`commission/conflicts.py`).
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
            "kind IN ('none', 'family', 'work', 'interest', 'dispute', 'unsure',"
            " 'own', 'same_code', 'household', 'double', 'rival')",
            name="kind_of_tie",
        ),
        Index("ix_conflict_declaration_who", "evaluator_id", "application_id", "id"),
        # Conflicts are few: whether there is one costs next to nothing.
        Index(
            "ix_conflict_declaration_conflict",
            "application_id",
            "evaluator_id",
            postgresql_where=text("kind <> 'none'"),
        ),
        APPEND_ONLY,
    )


class Dismissal(Base):
    """A person taken off the commission of a call, until they are put on it again.

    `sheets_count` is what the call's rule said: whether the sheets they had sent count still.
    """

    __tablename__ = "dismissal"

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sheets_count: Mapped[bool]
    dismissed_at: Mapped[datetime]
    dismissed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_dismissal_in_force",
            "person_id",
            "call_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        {"info": {"grants": "SELECT, INSERT, UPDATE (ended_at)"}},
    )


class WithheldApplication(Base):
    """An application kept from an evaluator who was appointed after points had been seen.

    It had its judges by then: they judge only what was short of them (`late_seats.py`). The rows
    of a person are written anew with every such appointment; the acts keep what they said.
    """

    __tablename__ = "withheld_application"

    evaluator_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), primary_key=True, autoincrement=False
    )

    __table_args__ = ({"info": {"grants": "SELECT, INSERT, DELETE"}},)


class EvaluatorProgress(Base):
    """How many applications of a call an evaluator has in conflict, sent, begun, kept from them.

    Repeats what declarations and sheets say; moved in the transaction that writes them. A row
    is there from the first of them on.
    """

    __tablename__ = "evaluator_progress"

    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True)
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    conflicts: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    begun: Mapped[int] = mapped_column(default=0)
    withheld: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    __table_args__ = (
        CheckConstraint("conflicts >= 0", name="conflicts_not_negative"),
        CheckConstraint("sent >= 0", name="sent_not_negative"),
        CheckConstraint("begun >= 0", name="begun_not_negative"),
        CheckConstraint("withheld >= 0", name="withheld_not_negative"),
        {"info": {"grants": "SELECT, INSERT, UPDATE"}},
    )
