"""Tables of what providers of identities say."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id


class Identity(Base):
    """Whom a provider of identities knows somebody as: its issuer and subject are one person's."""

    __tablename__ = "identity"

    id: Mapped[Id]
    issuer: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider: Mapped[str]
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint("length(subject) between 1 and 255", name="subject"),
    )


class AttestedAttribute(Base):
    """What a provider last said of a person: never what the person says of itself."""

    __tablename__ = "attested_attribute"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    provider: Mapped[str]
    name: Mapped[str]
    value: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("person_id", "provider", "name"),
        Index(None, "name", "value"),
        CheckConstraint("length(value) between 1 and 200", name="value"),
    )
