"""What a call says: its draft, and the versions that bind."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
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
