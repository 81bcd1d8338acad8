"""The net under SQL: every statement of the houses is known to PostgreSQL, or named."""

import types
from typing import NamedTuple

import pytest
from sqlalchemy import column, select, table, text

from kit import statements
from kit.hot import Hot


class One(NamedTuple):
    n: int


@pytest.fixture(scope="module")
def known():
    return statements.collect(statements.modules())


def test_every_statement_of_the_houses_holds(known, owner_engine):
    with owner_engine.connect() as connection:
        assert statements.broken(connection, known) == []


def test_a_renamed_column_names_every_statement_it_breaks(known, owner_engine):
    mentions = {found.where for found in known if "committed_cents" in found.sql}
    assert len(mentions) > 3
    with owner_engine.connect() as connection:
        connection.execute(text("alter table booking rename column committed_cents to promised"))
        found = statements.broken(connection, known)
        connection.rollback()
    assert {line.partition(": ")[0] for line in found} == mentions
    assert all("committed_cents" in line for line in found)


def test_statements_are_found_by_name_and_inside_what_names_hold():
    house = types.ModuleType("house")
    one = text("select 1")
    many = {"two": text("select 2"), "more": (select(column("a")).select_from(table("t")),)}
    hot = Hot(One, "select %(b)s::int + %(a)s::int + %(b)s::int as n")
    vars(house).update(ONE=one, MANY=many, AGAIN=one, HOT=hot, words="select 3")
    found = {statement.where: statement.sql for statement in statements.collect([house])}
    assert set(found) == {"house.ONE", "house.MANY['two']", "house.MANY['more'][0]", "house.HOT"}
    assert found["house.HOT"] == "select $1::int + $2::int + $1::int as n"


def test_what_is_no_sql_and_what_names_no_table_is_said(owner_engine):
    wrong = [
        statements.Statement("house.A", "select from where"),
        statements.Statement("house.B", "select nothing from nowhere"),
        statements.Statement("house.C", "select $1"),
        statements.Statement("house.D", "select 1"),
    ]
    with owner_engine.connect() as connection:
        found = statements.broken(connection, wrong)
    assert [line.partition(":")[0] for line in found] == ["house.A", "house.B"]
    assert "nowhere" in found[1]
