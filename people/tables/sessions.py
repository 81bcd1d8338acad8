"""Tables of where somebody is signed in, and of the browsers they are known in."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id


class PersonSession(Base):
    """A sign-in on one device: only the SHA-256 of its 256-bit token is kept.

    `level` and `means` say what was proved by it, all of it last at `proved_at`. Its pages carry
    a mark of the hash of its first token, which is kept as `form_key` when the token changes.

    One that ended by itself stays for a while (`sign_ins.REMEMBERED`) and lets nobody in.
    """

    __tablename__ = "person_session"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    device: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    means: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{password}'"))
    proved_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    form_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Until when a first second step may be added in it, after its letter was opened.
    adding_until: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("length(token_hash) = 32", name="token_hash"),
        CheckConstraint("level between 1 and 3 and cardinality(means) > 0", name="proved"),
    )


class KnownDevice(Base):
    """A browser in which a person has signed in before: only the SHA-256 of its token is kept.

    The same browser may be known to several people (a family's, a library's).
    """

    __tablename__ = "known_device"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    last_used_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        UniqueConstraint("token_hash", "person_id"),
        CheckConstraint("length(token_hash) = 32", name="token_hash"),
    )
