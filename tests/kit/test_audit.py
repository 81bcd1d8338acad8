"""The audit chain: what it seals, what it notices, what nobody may do."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit import audit, clock


@pytest.fixture
def sealed(committed):
    with committed.sessions() as session:
        for n in range(5):
            thing = audit.Subject("test", "thing", n)
            audit.record(session, None, "done", thing, clock.now(session), after={"n": n})
        session.commit()
        audit.seal(session)
        session.commit()
    return committed


def violations(committed):
    with committed.sessions() as session:
        return audit.violations(session)


def test_an_untouched_chain_holds(sealed):
    assert violations(sealed) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("update audit_event set after = '{\"n\": 99}' where id = 2", "event 2 is not what was"),
        ("update audit_event set at = at - interval '1 day' where id = 3", "event 3 is not"),
        (
            "delete from audit_seal where position = 2; delete from audit_event where id = 2",
            "link 2 is missing",
        ),
    ],
)
def test_tampering_as_the_owner_is_named(sealed, statement, named):
    import psycopg

    url = sealed.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as owner:
        for table in ("audit_event", "audit_seal"):
            owner.execute(f"alter table {table} disable trigger append_only")
        for part in statement.split(";"):
            owner.execute(part)
        owner.commit()
        try:
            assert any(named in line for line in violations(sealed))
        finally:
            for table in ("audit_event", "audit_seal"):
                owner.execute(f"alter table {table} disable trigger append_only_truncate")
            owner.execute("truncate audit_event, audit_seal restart identity")
            for table in ("audit_event", "audit_seal"):
                owner.execute(f"alter table {table} enable trigger append_only")
                owner.execute(f"alter table {table} enable trigger append_only_truncate")
            owner.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set action = 'x'",
        "delete from audit_event",
        "truncate audit_event cascade",
        "alter table audit_event disable trigger all",
        "set session_replication_role = replica",
    ],
)
def test_the_application_may_not_touch_what_is_written(sealed, statement):
    with sealed.sessions() as session, pytest.raises(DBAPIError, match=r"permission|must be owner"):
        session.execute(text(statement))


def test_a_row_of_an_open_transaction_waits_for_the_next_sealing(sealed):
    with sealed.sessions() as open_, sealed.sessions() as session:
        audit.record(open_, None, "done", audit.Subject("test", "thing", 77), clock.now(open_))
        assert audit.seal(session) == 0
        session.commit()
        open_.commit()
        assert audit.seal(session) == 1
        session.commit()
    assert violations(sealed) == []


def test_house_kind_and_id_come_from_the_row(session):
    now = clock.now(session)
    audit.record(session, 7, "heard", audit.of(audit.AuditEvent, 3), now)
    audit.record(session, None, "voice.heard", audit.of(audit.AuditEvent, 4), now)
    first, second = session.query(audit.AuditEvent).order_by(audit.AuditEvent.id)
    assert (first.actor_id, first.action) == (7, "kit.audit_event.heard")
    assert (first.subject_kind, first.subject_id) == ("audit_event", 3)
    assert (second.actor_id, second.action) == (None, "kit.voice.heard")
