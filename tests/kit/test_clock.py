"""The clock everybody goes by: the database's, as it is now, in UTC."""

import ast
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from kit import clock, db, rome


@pytest.mark.parametrize("zone", ["UTC", "Europe/Rome", "America/Lima"])
def test_the_instant_is_utc_whatever_zone_the_session_shows(session, zone):
    session.execute(text("select set_config('TimeZone', :zone, true)"), {"zone": zone})
    before = session.scalar(text("select clock_timestamp()"))
    now = clock.now(session)
    assert now.tzinfo is UTC
    assert timedelta() <= now - before < timedelta(minutes=1)


def test_the_instant_is_that_of_the_question_not_of_the_transactions_begin(session):
    frozen = session.scalar(text("select now()"))
    first, second = clock.now(session), clock.now(session)
    assert frozen < first < second
    assert session.scalar(text("select now()")) == frozen, "the control: that one stands still"


def test_the_instant_is_the_databases_and_no_machine_is_asked(committed, ahead):
    db.configure(committed.engine)
    with db.transaction() as session:
        before = clock.now(session)
    ahead(86_400)
    with db.transaction() as session:
        assert clock.now(session) - before >= timedelta(days=1)
    ahead(-86_400)


def test_the_civil_time_is_at_hand_beside_it():
    assert (clock.to_rome, clock.instant_from_local) == (rome.to_rome, rome.instant_from_local)


ROOT = Path(__file__).parents[2]
SOURCES = ("kit", "people", "ledger", "market", "calls", "community", "demo", "bench", "tests")


def days_of_instants() -> Iterator[tuple[Path, int, str]]:
    """Every place that takes the day of an instant: where, and the day of what."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    of = ast.unparse(node.func.value)
                    if node.func.attr == "date" and not (node.args or node.keywords):
                        yield path.relative_to(ROOT), node.lineno, of


def test_a_day_is_a_day_of_rome_in_tests_too():
    """From 22 or 23 on it is the next day there: what takes the day of an instant in UTC fails."""
    found = list(days_of_instants())
    assert len(found) > 10
    assert [each for each in found if "to_rome(" not in each[2]] == []
