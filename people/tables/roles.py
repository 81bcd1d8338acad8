"""Tables of roles: held, offered and proposed."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id


class RoleGrant(Base):
    """A role that a person holds in one scope: (coordinator, centre, 3).

    One that is over (`until`) lets nobody in; a timer takes its row away (`people.role_ends`).
    """

    __tablename__ = "role_grant"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    scope_kind: Mapped[str]
    scope_id: Mapped[int] = mapped_column(BigInteger)
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    until: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope_kind", "scope_id"),
        Index(None, "scope_kind", "scope_id", "role"),
        Index(None, "until", postgresql_where=text("until is not null")),
    )


class Invitation(Base):
    """A role offered to an address: nothing is held before its owner accepts.

    `what` is the sentence that names the role (`kit.sentences.keep`), `until` when the role
    ends. One open invitation for an address and a role.
    """

    __tablename__ = "invitation"

    id: Mapped[Id]
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    scope_kind: Mapped[str]
    scope_id: Mapped[int] = mapped_column(BigInteger)
    what: Mapped[dict[str, Any]]
    locale: Mapped[str] = mapped_column(server_default="it")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    until: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("outcome in ('accepted', 'declined', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome is null) = (ended_at is null)", name="ended"),
        CheckConstraint("locale in ('it', 'en')", name="locale"),
        Index(
            "uq_invitation_open",
            "email",
            "role",
            "scope_kind",
            "scope_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index(None, "scope_kind", "scope_id", "role"),
    )


class AdministratorProposal(Base):
    """Somebody is proposed for the administration: a second administrator confirms (or nobody).

    It offers nothing; confirmed it becomes an invitation. One open proposal for an address.
    """

    __tablename__ = "administrator_proposal"

    id: Mapped[Id]
    email: Mapped[str]
    name: Mapped[str]
    until: Mapped[datetime | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("outcome in ('confirmed', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome is null) = (ended_at is null)", name="ended"),
        CheckConstraint("outcome <> 'confirmed' or ended_by <> proposed_by", name="two"),
        Index(
            "uq_administrator_proposal_open",
            "email",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )
