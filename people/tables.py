"""The tables of the people house: persons, sign-in sessions, roles, one-time links."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
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
