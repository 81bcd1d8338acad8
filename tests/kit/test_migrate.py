"""The next revision is written from the tables; a database goes forward, and back with care."""

import ast
import os
import shutil
from datetime import UTC, datetime

import pytest
from alembic.util import CommandError
from sqlalchemy import (
    CheckConstraint,
    Column,
    DefaultClause,
    String,
    Table,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.types import TypeDecorator

from kit import migrate, revisions
from kit.db import Base

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # already the 3rd in Cremona


class Loud(TypeDecorator):
    """A type of our own."""

    impl = String(12, "C")
    cache_ok = True


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(migrate.MIGRATIONS, tmp_path / "migrations")


@pytest.fixture
def loud_table():
    """A table that the revisions do not know, declared for one test."""
    table = Table("loud", Base.metadata, Column("word", Loud, primary_key=True))
    yield table
    Base.metadata.remove(table)


@pytest.fixture
def database(cluster):
    """A database of its own at the newest revision."""
    name = "migrated_" + os.urandom(4).hex()
    urls = cluster.create_database(name)
    migrate.upgrade(urls.owner_url, urls.app_url)
    yield urls
    cluster.drop_database(name)


def run(url: str, *statements: str) -> list:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            done = [connection.execute(text(statement)) for statement in statements]
            return list(done[-1].all()) if done[-1].returns_rows else []
    finally:
        engine.dispose()


def version(url: str) -> str:
    ((found,),) = run(url, "select version_num from alembic_version")
    return found


def test_the_next_revision_brings_the_tables_in_step(folder, loud_table):
    last = revisions._oldest_first(folder)[-1].revision
    assert any("loud" in problem for problem in migrate.problems(folder))
    path = migrate.new('Say it "loud"', NOW, folder)
    written = path.read_text()
    assert path.name == "20260303_say_it_loud.py"
    assert f'down_revision = "{last}"' in written
    assert "sa.Column('word', sa.String(length=12, collation='C'), nullable=False)" in written
    assert "op.drop_table('loud')" in written
    assert migrate.problems(folder) == []
    assert path.name not in revisions._published(folder), "it may still be edited"


def test_a_constraint_and_a_default_that_no_revision_makes_are_named():
    migrate.load_tables()
    table = Base.metadata.tables["document"]
    column, check = table.c.error, CheckConstraint("length(kind) > 2", name="kind")
    table.append_constraint(check)
    column.server_default = DefaultClause(text("''"))
    try:
        found = "\n".join(migrate.problems())
    finally:
        table.constraints.remove(check)
        column.server_default = None
    assert "ck_document_kind" in found and "modify_default" in found


def test_nothing_to_change_gives_an_empty_revision_for_what_is_written_by_hand(folder):
    path = migrate.new("Recount the stock", NOW, folder)
    assert path.read_text().count("\n    pass\n") == 2
    assert migrate.problems(folder) == []


def test_no_revision_imports_code_of_the_application():
    """What a revision did yesterday must not change with today's code."""
    houses = {*migrate.HOUSES, "demo", "app", "worker", "cli", "tests", "bench"}
    for path in sorted((migrate.MIGRATIONS / "versions").glob("*.py")):
        named = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                named |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                named.add((node.module or "").split(".")[0])
        assert not named & houses, path.name


def test_an_empty_database_goes_back_to_nothing_and_forward_again(database):
    newest = version(database.owner_url)
    migrate.downgrade(database.owner_url, "base")
    engine = create_engine(database.owner_url)
    left = {t for t in inspect(engine).get_table_names() if not t.startswith("procrastinate")}
    engine.dispose()
    assert left == {"alembic_version"}
    migrate.upgrade(database.owner_url, database.app_url)
    assert version(database.owner_url) == newest


def test_going_back_never_throws_away_what_somebody_wrote(database):
    run(
        database.owner_url,
        "insert into person (email, name, created_at) values ('anna@esempio.it', 'Anna', now())",
    )
    newest = version(database.owner_url)
    with pytest.raises(CommandError, match=r"throw away.*person\.email.*Restore a backup"):
        migrate.downgrade(database.owner_url, "0001")
    assert version(database.owner_url) == newest
    assert run(database.owner_url, "select name from person") == [("Anna",)]
    migrate.downgrade(database.owner_url, "0002")
    assert run(database.owner_url, "select name from person") == [("Anna",)]


def test_what_is_derived_or_left_at_its_default_is_nothing_lost(owner_engine):
    with owner_engine.begin() as connection:
        connection.execute(
            text(
                "create table tried (id bigint generated always as identity, word text, none text,"
                " n int default 7, twice int generated always as (n * 2) stored);"
                " insert into tried (word) values ('a')"
            )
        )
        held = {name for name in migrate._held(connection) if name.startswith("tried.")}
        connection.rollback()
    assert held == {"tried.id", "tried.word"}


def test_a_revision_that_is_not_there_is_refused_in_words(database):
    with pytest.raises(CommandError, match="9999"):
        migrate.downgrade(database.owner_url, "9999")


def test_a_refusal_is_a_sentence_for_the_operator(capsys, monkeypatch):
    monkeypatch.setattr(migrate, "problems", lambda: ["0001 was edited"])
    assert migrate.main(["check"]) == 1
    assert capsys.readouterr().out == "0001 was edited\n"
    assert migrate.main(["new", "…"]) == 1
    assert "English words" in capsys.readouterr().err
    assert migrate.main(["draft", "kit"]) == 2
