"""Published rankings."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id

APPEND_ONLY = {"info": {"grants": "SELECT, INSERT", "house": "calls"}}


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
