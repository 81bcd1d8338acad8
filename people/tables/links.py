"""Tables of links sent by letter, and of letters that were asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id


class OneTimeLink(Base):
    """A link sent by mail, good once and for a while.

    It leads to an invitation, to choosing a password, or to a first second step ("factor");
    `roles` is of releases before invitations were rows of their own.
    """

    __tablename__ = "one_time_link"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[str]
    email: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    roles: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    locale: Mapped[str] = mapped_column(server_default="it")
    # Where whoever registers was going: a path of ours.
    target: Mapped[str] = mapped_column(server_default="/")

    __table_args__ = (
        CheckConstraint(
            "purpose in ('invitation', 'registration', 'reset', 'factor')", name="known_purpose"
        ),
        CheckConstraint("length(token_hash) = 32", name="token_hash"),
    )


class LinkWish(Base):
    """A letter with a link that was asked for and is not written yet (`people.link_wishes`)."""

    __tablename__ = "link_wish"

    id: Mapped[Id]
    purpose: Mapped[str]
    email: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="it")
    target: Mapped[str] = mapped_column(server_default="/")
    link_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("purpose in ('registration', 'reset', 'renewal')", name="purpose"),
    )


class MailLink(Base):
    """A link in a letter by which something harmless is done without signing in.

    What it does says its `purpose` (`people.mail_links`): for whom, and to what (`subject_id`).
    Only the SHA-256 of its token is kept.
    """

    __tablename__ = "mail_link"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    uses_left: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("length(token_hash) = 32", name="token_hash"),
        CheckConstraint("uses_left >= 0", name="uses_left"),
    )


class SignInFailure(Base):
    """A failed sign-in, as the release before counted them: its web may run during an upgrade.

    Nothing is written here any more (`kit.limits` counts); it goes with the next release.
    """

    __tablename__ = "sign_in_failure"

    id: Mapped[Id]
    account_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        Index(None, "account_hash", "at"),
        Index(None, "address", "at"),
    )


class LinkRequest(Base):
    """A request for a letter with a link, as the release before counted them (`SignInFailure`)."""

    __tablename__ = "link_request"

    id: Mapped[Id]
    email_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        Index(None, "email_hash", "at"),
        Index(None, "address", "at"),
    )
