"""The audit chain: what it seals, what it notices, what nobody may do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kit import audit, clock, seals
from tests.kit.chains import tamper, violations
from tests.waiting import until_blocked

CHAINS = (audit.Subject("test", "fair", 1), audit.Subject("test", "fair", 2))


@pytest.fixture
def sealed(committed):
    """Five rows in the one chain of everything, then five acts of two fairs in theirs too."""
    with committed.sessions() as session:
        for n in range(5):
            thing = audit.Subject("test", "thing", n)
            audit.record(session, None, "done", thing, clock.now(session), after={"n": n})
        for n in range(5):
            fair = CHAINS[n % 2]
            audit.record_act(session, 7, "moved", fair, clock.now(session), after={"n": n})
        session.commit()
        seals.seal(session)
        session.commit()
    yield committed
    tamper(committed)


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
        # The acts 6, 8, 10 are of the first fair, 7 and 9 of the second.
        ("update audit_event set after = '{\"n\": 99}' where id = 8", "of fair 1: event 8 is not"),
        ("update audit_event set actor_id = 8 where id = 7", "of fair 2: event 7 is not what"),
        ("update audit_link set digest = 'x' where event_id = 9", "of fair 2: event 9 is not"),
        (
            "delete from audit_link where event_id = 8",
            "chain of fair 1: link 2 is missing",
        ),
        (
            "update audit_link set position = 4 where event_id = 6;"
            "update audit_link set position = 1 where event_id = 10;"
            "update audit_link set position = 3 where event_id = 6",
            "chain of fair 1: event 10 is not what was linked",
        ),
        ("update audit_link set chain_id = 3 where chain_id = 2", "of fair 3: event 7 is not"),
        ("delete from audit_link where event_id = 10", "event 10 has lost its link"),
        ("delete from audit_link where event_id in (6, 8, 10)", "event 8 has lost its link"),
    ],
)
def test_tampering_as_the_owner_is_named(sealed, statement, named):
    found = tamper(sealed, statement, lambda: violations(sealed))
    assert any(named in line for line in found), found


def test_an_act_is_in_both_chains(sealed):
    with sealed.sessions() as session:
        linked = session.execute(
            select(audit.AuditLink.chain_id, audit.AuditLink.position).order_by(
                "chain_id", "position"
            )
        ).all()
        sealed_rows = session.scalar(select(func.count()).select_from(audit.AuditSeal))
    assert [tuple(row) for row in linked] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]
    assert sealed_rows == 10


def test_two_who_do_not_hold_the_thing_cannot_take_the_same_place(sealed):
    with sealed.sessions() as one, sealed.sessions() as two, ThreadPoolExecutor(1) as pool:
        audit.record_act(one, 1, "moved", CHAINS[0], clock.now(one), after={})
        late = pool.submit(audit.record_act, two, 2, "moved", CHAINS[0], clock.now(two), after={})
        until_blocked(sealed.engine)
        one.commit()
        with pytest.raises(IntegrityError, match="pk_audit_link"):
            late.result()
    assert violations(sealed) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set action = 'x'",
        "delete from audit_event",
        "update audit_link set position = 9",
        "delete from audit_link",
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
        assert seals.seal(session) == 0
        session.commit()
        open_.commit()
        assert seals.seal(session) == 1
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
