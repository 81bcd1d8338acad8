"""Proving once more who one is: what the session says then, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from kit.audit import AuditEvent
from kit.errors import Refused, TooMany
from people import codes, fresh_proofs, guesses, proofs, sign_ins
from people.actors import NotSignedIn
from people.known_devices import Caller
from people.proofs import Proof
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.ended import PASSWORD, may_sign_in

LONG_AGO = timedelta(hours=1)


def stale(session, who, proof=proofs.BY_PASSWORD, *held):
    """Somebody with a session that proved so much an hour ago."""
    may_sign_in(session, who.id)
    now = make.actor(session, who, *held).now
    token = sign_ins.open_session(session, who.id, "test", now - LONG_AGO, proof)
    session.execute(update(PersonSession).values(last_seen_at=now))
    found = sign_ins.actor_of(session, token)
    assert found is not None and found.has_to_prove
    return found


def app_of(session, person, now):
    """Give a person an app for codes; tells the code that is good now."""
    known = codes.begin(session, person.id, now)
    before = now - timedelta(minutes=5)
    assert codes.confirm(session, person.id, pyotp.TOTP(known).at(before), before)
    return pyotp.TOTP(known).at(now)


def prove(actor, password=PASSWORD, code=""):
    return fresh_proofs.prove(actor, password, code, Caller("192.0.2.1", "", actor.email))


@pytest.fixture
def anna(session):
    return make.person(session)


def test_the_session_goes_on_under_a_new_token_with_its_forms(session, anna):
    actor = stale(session, anna)
    again = sign_ins.actor_of(session, prove(actor))
    assert again is not None and again.session_id == actor.session_id
    assert again.fresh and not again.has_to_prove
    assert again.form_key == actor.form_key
    twice = sign_ins.actor_of(session, prove(replace(again, now=again.now + LONG_AGO)))
    assert twice is not None and twice.form_key == actor.form_key
    query = select(AuditEvent.after).where(AuditEvent.action == "people.session.proved")
    assert session.scalars(query).first() == {"signed": {"level": 1, "means": ["password"]}}


def test_whoever_has_an_app_proves_it_too_and_each_code_once(session, anna, now):
    actor = stale(session, anna)
    code = app_of(session, anna, now)
    with pytest.raises(Refused) as refused:
        prove(actor, code="")
    assert refused.value.field == "one-time-code"
    again = sign_ins.actor_of(session, prove(actor, code=code))
    assert again is not None and again.proved == proofs.BY_PASSWORD_AND_CODE
    with pytest.raises(Refused):
        prove(again, code=code)


def test_a_code_on_paper_does_where_the_app_is_lost(session, anna, now):
    actor = stale(session, anna)
    app_of(session, anna, now)
    paper = codes.new_recovery_codes(session, anna.id, now)
    again = sign_ins.actor_of(session, prove(actor, code=paper[0]))
    assert again is not None and again.proved == (2, ("password", "recovery-code"))


def test_codes_are_counted_apart_from_passwords(session, anna, now):
    actor = stale(session, anna)
    code = app_of(session, anna, now)
    for _ in range(guesses.CODE.most):
        with pytest.raises(Refused):
            prove(actor, code="000000")
    with pytest.raises(TooMany):
        prove(actor, code=code)
    with pytest.raises(Refused):
        prove(actor, "sbagliata-davvero")


def test_a_wrong_password_proves_nothing_and_is_counted(session, anna):
    actor = stale(session, anna)
    for _ in range(guesses.OWN.most):
        with pytest.raises(Refused) as refused:
            prove(actor, "sbagliata-davvero")
        assert refused.value.field == "password"
    with pytest.raises(TooMany):
        prove(actor)
    kept = session.scalars(
        select(PersonSession.proved_at).where(PersonSession.id == actor.session_id)
    ).one()
    assert kept == actor.proved_at


def test_a_password_alone_takes_nothing_from_what_was_proved(session, anna):
    actor = stale(session, anna, Proof(3, ("provider:cie",)))
    with pytest.raises(Refused):
        prove(actor)
    kept = session.scalars(
        select(PersonSession.level).where(PersonSession.id == actor.session_id)
    ).one()
    assert kept == 3


def test_a_session_that_was_ended_meanwhile_is_not_opened_anew(session, anna, now):
    actor = stale(session, anna)
    sign_ins.sign_out_everywhere(session, anna.id, anna.id, now)
    with pytest.raises(NotSignedIn):
        prove(actor)
    gone = stale(session, anna)
    session.execute(update(Person).where(Person.id == anna.id).values(password_hash=None))
    with pytest.raises(Refused):
        prove(gone)
