"""Tables of persons, and of what is to become of an access."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id
from kit.ordering import key_of


class Person(Base):
    """Somebody who can sign in. The address is kept in lower case."""

    __tablename__ = "person"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_order: Mapped[str] = key_of("name")
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(server_default="it")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("email = lower(email) and position('@' in email) > 1", name="email"),
        CheckConstraint("length(name) between 1 and 200", name="name"),
        CheckConstraint("locale in ('it', 'en')", name="locale"),
    )


class Trial(Base):
    """A row says that this database was made for trying: whoever is in it is made up."""

    __tablename__ = "trial"

    id: Mapped[Id]
    made_at: Mapped[datetime]

    __table_args__ = ({"info": {"grants": "SELECT, INSERT"}},)


class AddressChange(Base):
    """A new address that a person asked for: it is theirs once its letter was opened by them.

    One for a person. Only the SHA-256 of the letter's token is kept, once there is a letter.
    """

    __tablename__ = "address_change"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    email: Mapped[str]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("length(token_hash) = 32", name="token_hash"),)


class Erasure(Base):
    """An access that is to be erased from `due_at` on, or was, at `done_at`.

    `because` its owner "asked", or nobody used it ("unused").
    """

    __tablename__ = "erasure"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    because: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("because in ('asked', 'unused')", name="because"),)
