"""What outlived its reason is named: each breach, once, and none where there is none."""

from datetime import timedelta

import pytest

from people import checks, proofs, roles, sign_ins
from people.tables import PersonSession, RoleGrant
from tests import make
from tests.market import make as market

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
