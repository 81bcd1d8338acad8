"""The clock everybody goes by: the database's, as it is now, in UTC."""

from datetime import UTC, timedelta

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
