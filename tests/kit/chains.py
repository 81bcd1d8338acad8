"""Chains of the audit as tests make them, and what the owner of the database may do to them."""

from datetime import UTC, datetime

import psycopg
from sqlalchemy import select

from kit import audit, seals

TABLES = ("audit_event", "audit_seal", "audit_link")
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


def tamper(committed, statement=None, then=lambda: None):
    """Do as the owner of the database what its triggers refuse, look, and empty the tables."""
    url = committed.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as owner:
        for table in TABLES:
            owner.execute(f"alter table {table} disable trigger user")
        for part in (statement or "").split(";"):
            owner.execute(part)
        owner.commit()
        found = then()
        owner.execute(f"truncate {', '.join(TABLES)} restart identity")
        for table in TABLES:
            owner.execute(f"alter table {table} enable trigger user")
        owner.commit()
    return found


def tamper_only(committed, statement):
    """Do as the owner what the triggers refuse, and leave it."""
    url = committed.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as owner:
        for table in TABLES:
            owner.execute(f"alter table {table} disable trigger user")
        for part in statement.split(";"):
            owner.execute(part)
        for table in TABLES:
            owner.execute(f"alter table {table} enable trigger user")


def violations(committed):
    with committed.sessions() as session:
        return audit.violations(session)


def things(committed, *numbers):
    """Record one thing each, in one committed transaction."""
    with committed.sessions() as session:
        for n in numbers:
            audit.record(session, None, "done", audit.Subject("test", "thing", n), NOON)
        session.commit()


def seal(committed):
    with committed.sessions() as session:
        count = seals.seal(session)
        session.commit()
    return count


def sealed_things(committed):
    with committed.sessions() as session:
        query = (
            select(audit.AuditEvent.subject_id)
            .join(audit.AuditSeal, audit.AuditSeal.event_id == audit.AuditEvent.id)
            .order_by(audit.AuditSeal.position)
        )
        return session.scalars(query).all()


def planted(id_, transaction_id="pg_current_xact_id()::text::bigint"):
    """Insert an event as the owner, under an id and a transaction of one's choice."""
    return (
        "insert into audit_event (id, at, action, subject_kind, subject_id, transaction_id)"
        f" overriding system value values ({id_}, now(), 'test.thing.planted', 'thing', 0,"
        f" {transaction_id})"
    )
