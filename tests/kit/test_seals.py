"""The sealer: what it finds, whatever numbers lie in the tables, and what that costs."""

import re

import pytest
from sqlalchemy import text

from kit import audit, seals
from tests.kit.chains import (
    NOON,
    planted,
    seal,
    sealed_things,
    tamper,
    tamper_only,
    things,
    violations,
)
from tests.sql import statements


@pytest.fixture
def sealed(committed):
    """Ten things recorded and sealed."""
    things(committed, *range(10))
    seal(committed)
    yield committed
    tamper(committed)


@pytest.mark.parametrize(
    "attack",
    [
        planted(10**12),
        planted(2**63 - 1),
        "select setval(pg_get_serial_sequence('audit_event', 'id'), 10000000000)",
        # A transaction that is far ahead, and links whose horizon is.
        planted(10**12, 10**15),
        "update audit_seal set horizon = 1000000000000",
        "update audit_seal set horizon = null",
    ],
)
def test_no_far_number_pushes_real_events_out_of_the_sealers_sight(sealed, attack):
    """One of them waits in a transaction that is open meanwhile."""
    tamper_only(sealed, attack)
    with sealed.sessions() as waiting:
        audit.record(waiting, None, "done", audit.Subject("test", "thing", 100), NOON)
        seal(sealed)
        things(sealed, 101, 102)
        seal(sealed)
        waiting.commit()
    things(sealed, 103)
    seal(sealed)
    assert {100, 101, 102, 103} <= set(sealed_things(sealed))
    assert violations(sealed) == []


def test_one_put_in_under_a_transaction_long_past_is_named(sealed):
    tamper_only(sealed, planted(10**12, 5))
    things(sealed, 101)
    assert seal(sealed) == 1
    assert violations(sealed) == ["audit chain: event 1000000000000 was put in behind the chain"]


def test_a_row_committed_later_with_a_smaller_id_is_sealed(sealed):
    with sealed.sessions() as slow:
        audit.record(slow, None, "done", audit.Subject("test", "thing", 1001), NOON)
        things(sealed, 1002)
        assert seal(sealed) == 1, "nobody waits for the one that is not committed"
        things(sealed, 1003)
        assert seal(sealed) == 1
        slow.commit()
    assert seal(sealed) == 1
    assert sealed_things(sealed)[-3:] == [1002, 1003, 1001]
    assert violations(sealed) == []


def test_more_than_one_batch_is_sealed_to_the_end(sealed, monkeypatch):
    """Also where one transaction wrote more than a batch, and another one is open meanwhile."""
    monkeypatch.setattr(seals, "SEAL_BATCH", 3)
    with sealed.sessions() as slow:
        audit.record(slow, None, "done", audit.Subject("test", "thing", 2000), NOON)
        things(sealed, *range(2001, 2009))
        things(sealed, *range(2009, 2011))
        assert [seal(sealed) for _ in range(5)] == [3, 3, 3, 1, 0]
        slow.commit()
    assert seal(sealed) == 1
    assert sealed_things(sealed)[-11:] == [*range(2001, 2011), 2000]
    assert violations(sealed) == []


def test_a_server_that_counts_its_transactions_anew_goes_on_sealing(sealed):
    """As after a dump is restored: what is kept of transactions there lies far ahead here."""
    things(sealed, 3000)
    tamper_only(
        sealed,
        "update audit_event set transaction_id = transaction_id + 1000000;"
        "update audit_seal set horizon = horizon + 1000000",
    )
    assert violations(sealed) == [], "nothing is known before the first sealing here"
    things(sealed, 3001)
    assert seal(sealed) == 2
    things(sealed, 3002)
    assert seal(sealed) == 1
    assert violations(sealed) == []


def test_sealing_is_four_statements_and_reads_no_more_than_what_is_new(sealed):
    things(sealed, *range(4000, 7000))
    seal(sealed)
    things(sealed, 7000)
    with statements(sealed.engine) as asked:
        assert seal(sealed) == 1
    assert len(asked) == 4, asked
    wanted = next(sql for sql in asked if "transaction_id >=" in sql)
    with sealed.sessions() as session:
        newest = "select max(horizon) from audit_seal"
        values = iter([str(session.scalar(text(newest))), str(seals.SEAL_BATCH)])
        session.execute(text("set local enable_seqscan = off"))  # the table is small, here
        explained = "explain " + re.sub(r"%\(\w+\)s", lambda _: next(values), wanted)
        plan = "\n".join(session.scalars(text(explained)))
    assert "ix_audit_event_transaction_id" in plan and "Seq Scan" not in plan, plan
