"""Hot statements: the same transaction, the same errors, heard by whoever listens."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from kit import clock, db, hot
from kit.hot import Hot
from tests import make

ROOT = Path(__file__).parents[2]


class Seal(NamedTuple):
    name: str
    cents: int


VALUES = Hot(
    Seal,
    "select * from (values (%(first)s::text, 1::bigint), ('b', 2)) as v(name, cents)"
    " where cents <= %(most)s",
)


class Number(NamedTuple):
    n: int | None


def test_rows_are_typed_and_of_the_sessions_own_transaction(session):
    session.execute(text("select set_config('hot.kept', '7', true)"))
    kept = Hot(Number, "select nullif(current_setting('hot.kept', true), '')::bigint as n")
    assert kept.rows(session, {}) == [Number(7)]
    assert VALUES.rows(session, {"first": "a", "most": 2}) == [Seal("a", 1), Seal("b", 2)]
    assert VALUES.row(session, {"first": "a", "most": 0}) is None
    session.rollback()
    assert kept.row(session, {}) == Number(None)


@pytest.mark.parametrize("columns", ["1 as cents, 'a' as name", "'a' as name", "'a' as name, 1"])
def test_other_columns_or_another_order_are_a_bug(session, columns):
    with pytest.raises(TypeError, match="Seal has"):
        Hot(Seal, f"select {columns}").rows(session, {})


def test_whoever_counts_statements_hears_it(session, connection):
    seen = []
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    VALUES.rows(session, {"first": "a", "most": 1})
    assert VALUES.sql in seen


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("insert into role_grant (person_id) values (null) returning id as n", IntegrityError),
        ("select 'x'::bigint as n", DataError),
        ("select 1/0 as n", DataError),
    ],
)
def test_what_fails_raises_what_sqlalchemy_would(session, sql, kind):
    with pytest.raises(kind) as by_sqlalchemy, session.begin_nested():
        session.execute(text(sql))
    with pytest.raises(kind) as hot, session.begin_nested():
        Hot(Number, sql).rows(session, {})
    assert type(hot.value) is type(by_sqlalchemy.value)
    assert type(hot.value.orig) is type(by_sqlalchemy.value.orig)
    assert VALUES.row(session, {"first": "a", "most": 1}) == Seal("a", 1)


def test_a_lock_that_is_not_given_and_a_lost_connection_are_operational_errors(engine):
    db.configure(engine)
    wait = Hot(Number, "select 1 as n from (select pg_advisory_xact_lock(%(id)s)) as held")
    with db.transaction() as first, db.new_session() as second:
        wait.rows(first, {"id": 77})
        with pytest.raises(OperationalError) as caught:
            wait.rows(second, {"id": 77})
        assert isinstance(caught.value.orig, LockNotAvailable)
    lost = db.new_session()
    with pytest.raises(OperationalError) as caught:
        Hot(Number, "select 1 as n from (select pg_terminate_backend(pg_backend_pid())) as x").rows(
            lost, {}
        )
    assert caught.value.connection_invalidated
    lost.close()
    with db.transaction() as fresh:
        assert VALUES.row(fresh, {"first": "a", "most": 1}) == Seal("a", 1)


PEOPLE = "copy person (email, name, created_at) from stdin"


def test_many_rows_that_cannot_be_written_raise_what_sqlalchemy_would(session):
    now = clock.now(session)
    hot.copy_in(session, PEOPLE, ((f"{name}@esempio.it", name, now) for name in ("ada", "bice")))
    with pytest.raises(IntegrityError), session.begin_nested():
        hot.copy_in(session, PEOPLE, [("ada@esempio.it", "ada", now)])
    found = session.execute(text("select name from person where name in ('ada', 'bice')"))
    assert sorted(found.scalars()) == ["ada", "bice"]


def test_rows_for_a_locked_table_are_an_operational_error(engine, owner_engine):
    db.configure(engine)
    with owner_engine.begin() as owner, db.new_session() as waiting:
        owner.execute(text("lock table person in access exclusive mode"))
        waiting.execute(text("set local lock_timeout = '50ms'"))
        with pytest.raises(OperationalError) as caught:
            hot.copy_in(waiting, PEOPLE, [("ada@esempio.it", "ada", make.SOON)])
    assert isinstance(caught.value.orig, LockNotAvailable)


def test_nobody_talks_to_the_driver_past_this():
    """Its errors are not dressed there: a lock that is not given would be a bug for the page."""
    past = re.compile(r"driver_connection|\.cursor\(")
    commands = {"kit/hot.py", "kit/statements.py", "kit/migrate.py"}
    found = {
        str(path.relative_to(ROOT))
        for house in ("kit", "people", "ledger", "market", "calls", "community", "demo")
        for path in (ROOT / house).rglob("*.py")
        if past.search(path.read_text(encoding="utf-8"))
    }
    assert found == commands


def test_numbers_of_any_size_use_one_prepared_statement(engine):
    db.configure(engine)
    with db.transaction() as session:
        twice = Hot(Number, "select %(n)s * 2 as n from unnest(%(m)s) as m(x)")
        for n in (1, 2**20, 2**40, 3, 70_000):
            assert twice.rows(session, {"n": n, "m": [n]}) == [Number(n * 2)]
        kept = session.execute(
            text("select count(*) from pg_prepared_statements where statement like '%as m(x)%'")
        )
        assert kept.scalar_one() == 1
