"""What outlived its reason is named: each breach, once, and none where there is none."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from people import checks, proofs, roles, sign_ins
from people import codes as app_codes
from people.jobs import tidy
from people.tables.factors import CodeGenerator
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession
from tests import make
from tests.market import make as market
from tests.people.test_codes import with_app

DAY = timedelta(days=1)


@pytest.fixture
def ugo(session, now):
    """Somebody who is signed in and brings what one centre ordered."""
    at, person = market.world(session), make.person(session)
    roles.grant(session, None, person.id, roles.DRIVER, "centre", at.centre.id, now)
    sign_ins.open_session(session, person.id, "test", now, proofs.BY_PASSWORD)
    assert checks.violations(session) == []
    return person


def session_of(session, person):
    return session.query(PersonSession).filter_by(person_id=person.id).one()


def grant_of(session, person):
    return session.query(RoleGrant).filter_by(person_id=person.id).one()


def codes(session):
    session.flush()
    return [each.partition(":")[0] for each in checks.violations(session)]


def test_who_may_not_sign_in_any_more_has_no_session_and_no_role(session, ugo, now):
    ugo.disabled_at = now
    assert codes(session) == ["P1", "P4"]


def test_a_session_that_ended_long_ago_is_forgotten(session, ugo, now):
    found = session_of(session, ugo)
    found.last_seen_at = now - sign_ins.IDLE - sign_ins.REMEMBERED
    assert codes(session) == [], "the timer has still time"
    found.last_seen_at -= checks.MISSED
    assert codes(session) == ["P2"]


def test_a_role_that_is_over_is_gone(session, ugo, now):
    grant = grant_of(session, ugo)
    grant.until = now + DAY
    assert codes(session) == []
    grant.until = now - checks.MISSED
    assert codes(session) == ["P3"]


def test_a_role_is_held_of_something_that_is_there(session, ugo):
    grant_of(session, ugo).scope_id = 999_999
    assert codes(session) == ["P5"]


def test_many_are_counted(session, ugo, now):
    for _ in range(checks.REPORTED + 1):
        sign_ins.open_session(session, ugo.id, "test", now, proofs.BY_PASSWORD)
    ugo.disabled_at = now
    session.flush()
    assert "P1: and 2 more" in checks.violations(session)


def test_what_is_in_use_is_no_finding(session, now):
    anna, _ = with_app(session, now)
    app_codes.new_recovery_codes(session, anna.id, now)
    app_codes.begin(session, make.person(session).id, now)
    assert checks.violations(session) == []


def test_an_app_that_nobody_confirmed_is_named_until_the_timer_takes_it(session, now):
    anna = make.person(session)
    app_codes.begin(session, anna.id, now)
    session.execute(update(CodeGenerator).values(made_at=now - timedelta(hours=5)))
    assert checks.violations(session) == [
        f"P6: person {anna.id}: an app for codes was never confirmed"
    ]
    tidy(session, now)
    assert checks.violations(session) == []


def test_codes_on_paper_that_stand_in_for_nothing_are_named(session, now):
    anna, _ = with_app(session, now)
    app_codes.new_recovery_codes(session, anna.id, now)
    app_codes.forget(session, anna.id)
    named = f"P7: person {anna.id}: recovery codes without a second step"
    assert checks.violations(session) == [named]
