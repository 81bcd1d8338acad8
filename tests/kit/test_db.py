"""What the database gives back is typed."""

from typing import NamedTuple

import pytest
from sqlalchemy import BigInteger, cast, literal, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kit import db
from kit.audit import AuditEvent


class Sum(NamedTuple):
    name: str
    cents: int


VALUES = text("select * from (values (:first, 1), ('b', 2)) as v(name, cents) where cents <= :most")


def test_rows_come_as_the_named_tuple_that_says_their_columns(session):
    found = db.rows(session, Sum, VALUES, {"first": "a", "most": 2})
    assert found == [Sum("a", 1), Sum("b", 2)]
    assert found[1].cents == 2


@pytest.mark.parametrize("columns", ["1 as cents, 'a' as name", "'a' as name", "'a' as name, 1"])
def test_rows_that_have_other_columns_or_another_order_are_a_bug(session, columns):
    with pytest.raises(TypeError, match="Sum has"):
        db.rows(session, Sum, text(f"select {columns}"))


def test_a_single_row_is_that_row_or_none_and_never_the_first_of_many(session):
    assert db.row(session, Sum, VALUES, {"first": "a", "most": 1}) == Sum("a", 1)
    assert db.row(session, Sum, VALUES, {"first": "a", "most": 0}) is None
    with pytest.raises(ValueError, match="2 rows of Sum"):
        db.row(session, Sum, VALUES, {"first": "a", "most": 2})


def test_a_lock_taken_inside_a_statement_is_the_lock_of_the_same_name(session, engine):
    session.execute(select(db.shared_lock("thing", cast(literal("7"), BigInteger))))
    with Session(engine) as other:
        other.execute(text("set local lock_timeout = '100ms'"))
        db.lock_shared(other, "thing", 7)
        db.lock_exclusive(other, "thing", 8)
        with pytest.raises(OperationalError, match="lock timeout"):
            db.lock_exclusive(other, "thing", 7)


def test_one_statement_holds_the_outer_lock_with_others_and_the_inner_one_alone(session, engine):
    db.lock_within(session, ("thing", 7), ("part", 1))
    with Session(engine) as other:
        other.execute(text("set local lock_timeout = '100ms'"))
        db.lock_within(other, ("thing", 7), ("part", 2))
        db.lock_exclusive(other, "part", 7)
        for refused in (
            lambda: db.lock_exclusive(other, "thing", 7),
            lambda: db.lock_shared(other, "part", 1),
        ):
            with pytest.raises(OperationalError, match="lock timeout"), other.begin_nested():
                refused()


def test_a_connection_is_given_back_in_the_middle_of_a_request(engine):
    with Session(engine) as session:
        session.execute(text("select 1"))
        held = engine.pool.checkedout()
        db.let_go(session)
        assert engine.pool.checkedout() == held - 1


def test_but_not_with_something_that_was_to_be_written(session):
    session.add(AuditEvent())
    with pytest.raises(RuntimeError, match="to be written"):
        db.let_go(session)
