"""Accounts, journal and postings: inserted once, never changed, balanced by trigger."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, Id
from ledger.rules.chart import KINDS

APPEND_ONLY = {"grants": "SELECT, INSERT"}

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(KINDS))


def _code(length: int) -> String:
    return String(length, collation="C")


class Account(Base):
    """Something money moves in or out of; the owner is an opaque reference of another house.

    With `min_balance` (cents) the account keeps a running balance and is never debited
    below it; without, its balance is the sum of its lines and nobody waits for a number.
    """

    __tablename__ = "account"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(_code(120), unique=True)
    kind: Mapped[str] = mapped_column(_code(40))
    owner_ref: Mapped[str] = mapped_column(_code(80), index=True)
    currency: Mapped[str] = mapped_column(String(3), server_default="EUR")
    min_balance: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z0-9][a-z0-9:_.-]*$'", name="code"),
        CheckConstraint(f"kind in ({_KINDS})", name="kind"),
        CheckConstraint("currency = 'EUR'", name="currency"),
        CheckConstraint("min_balance between -100000000000 and 100000000000", name="min_balance"),
        {"info": APPEND_ONLY},
    )


class Journal(Base):
    """The header of an entry: written last, it seals the lines that are already there."""

    __tablename__ = "journal"
    # Taken from its sequence before anything is written: lines go in before their header.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    key: Mapped[str] = mapped_column(_code(200), unique=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(_code(40))
    n_lines: Mapped[int] = mapped_column(Integer)
    reverses: Mapped[int | None] = mapped_column(ForeignKey("journal.id"), unique=True)
    memo: Mapped[str] = mapped_column(String(500), server_default="")
    memo_values: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    subject_kind: Mapped[str | None] = mapped_column(_code(60))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    effective_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("pg_current_xact_id()::text::bigint")
    )
    __table_args__ = (
        CheckConstraint("length(key) between 8 and 200", name="key"),
        CheckConstraint("length(body_hash) = 32", name="body_hash"),
        CheckConstraint("kind ~ '^[a-z][a-z0-9_.]{1,39}$'", name="kind"),
        CheckConstraint("n_lines between 2 and 100", name="n_lines"),
        CheckConstraint("(kind = 'reversal') = (reverses is not null)", name="reversal"),
        CheckConstraint("(subject_kind is null) = (subject_id is null)", name="subject"),
        # What the lines refer to: an entry and the transaction that wrote it.
        UniqueConstraint("id", "transaction_id"),
        Index("ix_journal_subject", "subject_kind", "subject_id"),
        {"info": APPEND_ONLY},
    )


class Posting(Base):
    """One line of an entry: cents on an account, positive when its owner is owed more.

    The foreign key to the header is checked at commit and includes the transaction: a line
    can only belong to an entry written in the very same transaction.
    """

    __tablename__ = "posting"
    journal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    account_seq: Mapped[int | None] = mapped_column(BigInteger)
    balance_after: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("pg_current_xact_id()::text::bigint")
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["journal_id", "transaction_id"],
            ["journal.id", "journal.transaction_id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("line between 1 and 100", name="line"),
        CheckConstraint("amount <> 0 and abs(amount) <= 100000000000", name="amount"),
        CheckConstraint("(account_seq is null) = (balance_after is null)", name="running_balance"),
        UniqueConstraint("account_id", "account_seq"),
        Index(
            "ix_posting_statement",
            "account_id",
            "journal_id",
            "line",
            postgresql_include=["amount"],
        ),
        {"info": APPEND_ONLY},
    )


class LedgerRefusal(Base):
    """An entry that was refused, kept under its key: asking again gives the same answer."""

    __tablename__ = "ledger_refusal"
    key: Mapped[str] = mapped_column(_code(200), primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    message: Mapped[str] = mapped_column(String(500))
    message_values: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    field: Mapped[str | None] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    refused_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    __table_args__ = (
        CheckConstraint("length(key) between 8 and 200", name="key"),
        CheckConstraint("length(body_hash) = 32", name="body_hash"),
        {"info": APPEND_ONLY},
    )
