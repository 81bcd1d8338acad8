"""What `litestar check` says of second steps that outlived their reason."""

from datetime import timedelta

from sqlalchemy import update

from people import checks, codes
from people.jobs import tidy
from people.tables import CodeGenerator
from tests import make
from tests.people.test_codes import with_app


def test_what_is_in_use_is_no_finding(session, now):
    anna, _ = with_app(session, now)
    codes.new_recovery_codes(session, anna.id, now)
    codes.begin(session, make.person(session).id, now)
    assert checks.violations(session) == []


def test_an_app_that_nobody_confirmed_is_named_until_the_timer_takes_it(session, now):
    anna = make.person(session)
    codes.begin(session, anna.id, now)
    session.execute(update(CodeGenerator).values(made_at=now - timedelta(hours=5)))
    assert checks.violations(session) == [f"person {anna.id}: an app for codes was never confirmed"]
    tidy(session, now)
    assert checks.violations(session) == []


def test_codes_on_paper_that_stand_in_for_nothing_are_named(session, now):
    anna, _ = with_app(session, now)
    codes.new_recovery_codes(session, anna.id, now)
    codes.forget(session, anna.id)
    named = f"person {anna.id}: recovery codes without a second step"
    assert checks.violations(session) == [named]
