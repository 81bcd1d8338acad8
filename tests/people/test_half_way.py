"""The paper between password and second step: whose it is, how long it is good, what ends it."""

from datetime import timedelta

import pytest

from kit import secret
from people import codes, half_way
from tests import make
from tests.people.test_codes import with_app

SECOND = timedelta(seconds=1)


@pytest.fixture
def anna(session, now):
    return with_app(session, now - timedelta(days=1), make.person(session, password_hash="h"))[0]


def paper(session, person, now):
    found = half_way.paper(session, person, now)
    assert found is not None
    return found.paper


def test_who_has_no_second_step_needs_none(session, now):
    bruno = make.person(session, password_hash="h")
    codes.begin(session, bruno.id, now)
    codes.new_recovery_codes(session, bruno.id, now)
    assert half_way.paper(session, bruno, now) is None


def test_it_says_whose_password_was_right_for_five_minutes(session, now, anna):
    given = paper(session, anna, now)
    assert half_way.read(session, given, now + half_way.VALID - SECOND).id == anna.id
    with pytest.raises(half_way.Late):
        half_way.read(session, given, now + half_way.VALID + SECOND)
    with pytest.raises(half_way.Late):
        half_way.read(session, given, now - 2 * SECOND)


def new_password(session, person, _now):
    person.password_hash = "another"


def new_app(session, person, now):
    with_app(session, now, person)


def no_app(session, person, _now):
    codes.forget(session, person.id)


def disabled(session, person, now):
    person.disabled_at = now


@pytest.mark.parametrize("change", [new_password, new_app, no_app, disabled])
def test_it_is_worth_nothing_once_something_is_another(session, now, anna, change):
    given = paper(session, anna, now)
    change(session, anna, now)
    session.flush()
    for hold in (False, True):
        with pytest.raises(half_way.Late):
            half_way.read(session, given, now, hold=hold)


@pytest.mark.parametrize("made_up", ["", "x" * 80, "è", "a.b.c"])
def test_nobody_makes_one_up(session, now, made_up):
    with pytest.raises(half_way.Late):
        half_way.read(session, made_up, now)


def test_what_is_sealed_for_something_else_is_none(session, now, anna):
    with pytest.raises(half_way.Late):
        half_way.read(session, secret.seal("something else", b"{}"), now)
