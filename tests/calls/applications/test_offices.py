"""Nobody applies to a call and works in its office."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from calls.applications import drafts
from calls.tables.applications import Application
from kit import clock, db
from kit.errors import Refused
from people import roles
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from tests import make
from tests.calls import make as calls
from tests.waiting import until_blocked


@pytest.mark.parametrize("scope", ["call", "calls"])
def test_an_applicant_is_not_taken_into_the_office(session, now, scope):
    call, actor = calls.call(session), make.actor(session)
    drafts.start(session, actor, call.call_id, now)
    id_ = call.call_id if scope == "call" else 0
    with pytest.raises(Refused, match="non può stare nel suo ufficio"):
        roles.grant(session, None, actor.person_id, roles.OFFICE, scope, id_, now)
    held = roles.holders(session, roles.OFFICE, scope, id_)
    assert actor.person_id not in {person.id for person in held}


@pytest.mark.parametrize("scope", ["call", "calls"])
def test_the_office_does_not_apply(session, now, scope):
    call = calls.call(session)
    id_ = call.call_id if scope == "call" else 0
    actor = make.actor(session, None, (roles.OFFICE, scope, id_))
    with pytest.raises(Refused, match="Lavori nell'ufficio"):
        drafts.start(session, actor, call.call_id, now)
    assert drafts.find(session, actor, call.call_id) is None


def test_another_call_is_no_hindrance(session, now):
    call, other = calls.call(session), calls.call(session)
    actor = make.actor(session, None, (roles.OFFICE, "call", other.call_id))
    drafts.start(session, actor, call.call_id, now)
    assert drafts.find(session, actor, call.call_id) is not None


@pytest.fixture
def somebody(committed):
    with committed.sessions() as session:
        person, call = make.person(session), calls.call(session)
        session.commit()
        yield person.id, call.call_id
        session.query(Application).filter_by(person_id=person.id).delete()
        session.query(RoleGrant).filter_by(person_id=person.id).delete()
        session.commit()


def apply(committed, person_id, call_id):
    with committed.sessions() as session:
        actor = make.actor(session, session.get_one(Person, person_id))
        drafts.start(session, actor, call_id, clock.now(session))
        session.commit()


def taken_into_the_office_while_applying(committed, person_id, call_id, *, waits):
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        role = (roles.OFFICE, "call", call_id)
        roles.grant(first, None, person_id, *role, clock.now(first))
        second = pool.submit(apply, committed, person_id, call_id)
        if waits:
            until_blocked(committed.engine)
        else:
            second.exception(30)
        first.commit()
        return second.exception(30)


def applied(committed, person_id):
    with committed.sessions() as session:
        return session.scalars(select(Application.id).filter_by(person_id=person_id)).all()


def test_who_is_being_taken_into_the_office_cannot_apply_meanwhile(committed, somebody):
    person_id, call_id = somebody
    error = taken_into_the_office_while_applying(committed, person_id, call_id, waits=True)
    assert isinstance(error, Refused) and applied(committed, person_id) == []


def test_without_the_lock_both_would_hold(committed, somebody, monkeypatch):
    """The control: were this to refuse one, the test above would prove nothing."""
    monkeypatch.setattr(db, "lock_exclusive", lambda *_args: None)
    person_id, call_id = somebody
    error = taken_into_the_office_while_applying(committed, person_id, call_id, waits=False)
    assert error is None and len(applied(committed, person_id)) == 1
