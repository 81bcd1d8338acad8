"""Tables of second steps: apps, codes on paper, passkeys and what is asked of them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id


class CodeGenerator(Base):
    """An app that makes codes for a person (RFC 6238): its secret is kept sealed.

    It counts once it is `confirmed_at`. Of each person one that counts, and one that is being
    added. No code of a step up to `last_step` is good any more.
    """

    __tablename__ = "code_generator"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    secret: Mapped[str]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (
        Index(
            "uq_code_generator_confirmed",
            "person_id",
            unique=True,
            postgresql_where=text("confirmed_at is not null"),
        ),
        Index(
            "uq_code_generator_begun",
            "person_id",
            unique=True,
            postgresql_where=text("confirmed_at is null"),
        ),
    )


class RecoveryCode(Base):
    """A code on paper for whoever has lost the app: 80 bits, of which the SHA-256 is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("person_id", "hash"),
        CheckConstraint("length(hash) = 32", name="hash"),
    )


class Passkey(Base):
    """A passkey of a person: the public half of a key that one of their devices keeps (WebAuthn).

    `user_handle` is what the device knows its owner by: random, the same for all of one person.
    `name` is what its owner calls it; without one, the `device` that made it says what it is.
    """

    __tablename__ = "passkey"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    backed_up: Mapped[bool]
    name: Mapped[str]
    device: Mapped[str]
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("length(credential_id) between 1 and 1023", name="credential_id"),
        CheckConstraint("length(user_handle) between 16 and 64", name="user_handle"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        CheckConstraint("length(name) <= 60", name="name"),
    )


class PasskeyChallenge(Base):
    """What a browser was asked to sign, good once: only its SHA-256 is kept, until it is used.

    Who is signed in is asked for one's own session; `person_id` is nobody where somebody is
    about to sign in.
    """

    __tablename__ = "passkey_challenge"

    id: Mapped[Id]
    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("person_session.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        CheckConstraint("purpose in ('making', 'sign-in', 'proof')", name="purpose"),
        CheckConstraint("length(challenge_hash) = 32", name="challenge_hash"),
        CheckConstraint(
            "(person_id is null) = (purpose = 'sign-in')"
            " and (session_id is null) = (person_id is null)",
            name="whose",
        ),
    )
