"""Applications: drafts, files, what was sent, under which number, and what came late."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit import files
from kit.db import Base, Id

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


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
    sha256: Mapped[str] = mapped_column(info=files.NAMED)
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("application_id", "sha256"),
        CheckConstraint("size > 0", name="size_positive"),
        {"info": {"grants": "SELECT, INSERT, DELETE"}},
    )


class FileInspection(Base):
    """How far a job is with looking through an attachment, and what it came to (decision 0021).

    Apart from the attachment's own row, of which nothing changes once the application is sent.
    `refusal` is a kept sentence (`kit.sentences.keep`).
    """

    __tablename__ = "file_inspection"

    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    refusal: Mapped[dict[str, Any] | None]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'opens', 'refused', 'unknown')", name="state_known"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_in_words"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_has_instant"),
        {"info": {"grants": "SELECT, INSERT, UPDATE (state, tries, refusal, ended_at)"}},
    )


class RefusedFile(Base):
    """A file that did not open while its application was a draft: no longer in it, but said.

    Its bytes are not named here, so they go. The row stays until its author has read it.
    """

    __tablename__ = "refused_file"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    filename: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    refusal: Mapped[dict[str, Any]]
    uploaded_at: Mapped[datetime]
    refused_at: Mapped[datetime]

    __table_args__ = ({"info": {"grants": "SELECT, INSERT, DELETE"}},)


class UploadDay(Base):
    """How many bytes a person stored on the last day (of Rome) on which there were any.

    Files that were refused or taken out are counted: this bounds what is written to the disk.
    """

    __tablename__ = "upload_day"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date]
    stored: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("stored > 0", name="stored_positive"),
        {"info": {"grants": "SELECT, INSERT, UPDATE (day, stored)"}},
    )


class Submission(Base):
    """An application as it was received: canonical bytes, hash, protocol number, instant.

    `received_at` is the database's clock read before any lock was waited for; it is the
    instant compared with the deadline and the one on the receipt (DR-1, DR-12). `level` and
    `means` are what whoever sent it had proved (`people.proofs`); nothing is known of older ones.
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
    level: Mapped[int | None] = mapped_column(SmallInteger)
    means: Mapped[list[str] | None] = mapped_column(ARRAY(Text))

    __table_args__ = (
        CheckConstraint("(level is null) = (means is null)", name="proved"),
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
