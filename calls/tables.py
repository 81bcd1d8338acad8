"""The tables of the calls house: what is published, sent, declared, marked and ranked.

What the law wants unchanged (published versions, sent applications, declarations, sent
score sheets, rankings) is append-only twice: the application's role has no right to
change it, and triggers (migration 0005) refuse the change even to the owner.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


class Call(Base):
    """A public call (bando). What is being written stays here, what binds is a version.

    `draft` is the JSON text of `rules.call_content` while the office writes; publishing
    copies it into an immutable `CallVersion`. Open and closed are not states: they follow
    from the version's instants and the database's clock.
    """

    __tablename__ = "call"

    id: Mapped[Id]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    draft: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("state IN ('draft', 'published')", name="state_known"),)


class CallVersion(Base):
    """One published text of a call: canonical JSON and its SHA-256, never changed (DR-7)."""

    __tablename__ = "call_version"

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    title: Mapped[str]
    content: Mapped[str]
    sha256: Mapped[str]
    opens_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    published_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("opens_at < deadline_at", name="opens_before_deadline"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        APPEND_ONLY,
    )


class Application(Base):
    """What one person asks of one call (DR-10): a draft until it is sent.

    `salt` blinds the hashes of draft values in the audit: it dies with the application,
    and with it what the audit could prove about somebody's words.
    """

    __tablename__ = "application"

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    call_version_id: Mapped[int] = mapped_column(ForeignKey("call_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(default="draft")
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("call_id", "person_id"),
        CheckConstraint("state IN ('draft', 'submitted')", name="state_known"),
        CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_instant"
        ),
    )


class ApplicationField(Base):
    """One value of a draft as it was typed; drafts never refuse to be saved."""

    __tablename__ = "application_field"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    saved_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("length(value) <= 20000", name="value_bounded"),)


class Attachment(Base):
    """A PDF of an application, uploaded and hashed before sending (DR-2); bytes in kit.files."""

    __tablename__ = "attachment"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    filename: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("application_id", "sha256"),
        CheckConstraint("size > 0", name="size_positive"),
        {"info": {"grants": "SELECT, INSERT, DELETE"}},
    )


class Submission(Base):
    """An application as it was received: canonical bytes, hash, protocol number, instant.

    `received_at` is the database's clock read before any lock was waited for; it is the
    instant compared with the deadline and the one on the receipt (DR-1, DR-12).
    """

    __tablename__ = "submission"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    call_version_id: Mapped[int] = mapped_column(ForeignKey("call_version.id"), index=True)
    protocol_year: Mapped[int] = mapped_column(SmallInteger)
    protocol_number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    received_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("protocol_year", "protocol_number"),
        CheckConstraint("protocol_number >= 1", name="protocol_from_one"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        APPEND_ONLY,
    )


class ProtocolCounter(Base):
    """The last protocol number given in a year; one row a year keeps the numbers gapless."""

    __tablename__ = "protocol_counter"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_number: Mapped[int]

    __table_args__ = ({"info": {"grants": "SELECT, INSERT, UPDATE"}},)


class LateAttempt(Base):
    """A sending that came after the deadline and was refused; the draft stayed as it was."""

    __tablename__ = "late_attempt"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]
    deadline_at: Mapped[datetime]

    __table_args__ = (APPEND_ONLY,)


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


class Ranking(Base):
    """A published ranking (graduatoria): canonical JSON, its SHA-256 and the rule's version."""

    __tablename__ = "ranking"

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    call_version_id: Mapped[int] = mapped_column(ForeignKey("call_version.id"))
    number: Mapped[int]
    content: Mapped[str]
    sha256: Mapped[str]
    rule: Mapped[str]
    published_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        APPEND_ONLY,
    )
