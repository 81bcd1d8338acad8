"""One's own sessions: told in words, ended one by one, never anybody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from kit import clock
from kit.audit import AuditEvent
from kit.errors import NotFound
from kit.words import text
from people import own_sessions, proofs, sign_ins
from people.proofs import Proof
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.waiting import until_blocked

PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0.0.0 Mobile Safari/537.36"


def opened(session, actor, now, proof=proofs.BY_PASSWORD):
    token = sign_ins.open_session(session, actor.person_id, PHONE, now, proof)
    found = select(PersonSession.id).where(PersonSession.token_hash == sign_ins.token_hash(token))
    return session.scalars(found).one()


def test_they_are_told_in_words_this_one_first(session):
    me = make.actor(session)
    phone = opened(session, me, me.now - timedelta(days=1))
    opened(session, make.actor(session), me.now)
    this, other = own_sessions.of(session, me)
    assert (this.id, this.this) == (me.session_id, True)
    assert text.render(this.opened_by) == "password e codice"
    assert (other.id, other.this) == (phone, False)
    said = [text.render(each) for each in (other.device, other.since, other.opened_by)]
    assert said == ["telefono Android, con Chrome", "da ieri", "password"]


@pytest.mark.parametrize(
    ("means", "says"),
    [
        (("passkey",), "passkey"),
        (("password", "recovery-code"), "password e codice di recupero"),
        (("provider:cie",), "identità digitale"),
    ],
)
def test_by_what_it_was_opened_is_said(means, says):
    assert text.render(own_sessions.opened_by(list(Proof(1, means).means))) == says


def test_one_is_ended_and_the_others_go_on(session):
    me = make.actor(session)
    phone = opened(session, me, me.now)
    own_sessions.end(session, me, phone)
    assert [one.id for one in own_sessions.of(session, me)] == [me.session_id]
    told = select(AuditEvent.before).where(AuditEvent.action == "people.session.closed")
    assert session.scalars(told).all() == [{"session": phone}]


def test_nobody_elses_is_ended_and_it_looks_absent(session):
    me, other = make.actor(session), make.actor(session)
    for id_ in (other.session_id, 999_999_999):
        with pytest.raises(NotFound):
            own_sessions.end(session, me, id_)
    assert [one.id for one in own_sessions.of(session, other)] == [other.session_id]


@pytest.fixture
def two_inside(committed):
    """A person who is signed in twice; their actor, and the id of the other session."""
    with committed.sessions() as session:
        me = make.actor(session)
        phone = opened(session, me, me.now)
        session.commit()
        yield me, phone
        session.execute(delete(PersonSession).where(PersonSession.person_id == me.person_id))
        session.execute(delete(Person).where(Person.id == me.person_id))
        session.commit()


def end(committed, me, session_id):
    with committed.sessions() as session:
        ended = own_sessions.take_away(session, me.person_id, session_id, clock.now(session))
        session.commit()
        return ended


def test_of_two_who_end_the_same_one_does(committed, two_inside):
    me, phone = two_inside
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        assert own_sessions.take_away(first, me.person_id, phone, me.now)
        second = pool.submit(end, committed, me, phone)
        until_blocked(committed.engine)
        first.commit()
        assert second.result(30) is False


def test_had_the_first_not_gone_through_the_second_would_have_ended_it(committed, two_inside):
    """The control: it is the first one's end that the second finds."""
    me, phone = two_inside
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        assert own_sessions.take_away(first, me.person_id, phone, me.now)
        second = pool.submit(end, committed, me, phone)
        until_blocked(committed.engine)
        first.rollback()
        assert second.result(30) is True
