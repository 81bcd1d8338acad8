"""Roles are scoped, granted and taken back with a trace."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Select, select

from kit import clock
from kit.audit import AuditEvent
from kit.errors import Refused
from people import roles
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession
from tests import make
from tests.waiting import until_blocked


def test_granting_twice_leaves_one_trace(session, now):
    person = make.person(session)
    for _ in range(2):
        roles.grant(session, None, person.id, roles.MEMBER, "household", 1, now)
    events = session.scalars(
        select(AuditEvent).where(
            AuditEvent.action == "people.role.granted", AuditEvent.subject_id == person.id
        )
    ).all()
    assert len(events) == 1


def test_a_role_cannot_be_held_in_a_foreign_kind_of_scope(session, now):
    person = make.person(session)
    with pytest.raises(Refused):
        roles.grant(session, None, person.id, roles.EVALUATOR, "centre", 1, now)


def test_taking_back_a_role_that_is_not_held_is_refused(session, now):
    person = make.person(session)
    with pytest.raises(Refused):
        roles.revoke(session, None, person.id, roles.MEMBER, "household", 1, now)


def test_the_last_administrator_stays(session, now):
    person = make.person(session)
    roles.grant(session, None, person.id, roles.ADMINISTRATOR, "house", 0, now)
    with pytest.raises(Refused):
        roles.revoke(session, None, person.id, roles.ADMINISTRATOR, "house", 0, now)


def test_a_house_above_may_object_to_a_role(session, now, monkeypatch):
    asked = []

    def object_to(_session, person_id, scope_id):
        asked.append((person_id, scope_id))
        raise Refused("Non si può.")

    monkeypatch.setattr(roles, "_objections", {})
    roles.object_to(roles.DRIVER, "centre", object_to)
    person = make.person(session)
    with pytest.raises(Refused, match="Non si può"):
        roles.grant(session, None, person.id, roles.DRIVER, "centre", 2, now)
    roles.grant(session, None, person.id, roles.TREASURER, "centre", 2, now)
    assert asked == [(person.id, 2)]
    assert roles.holders(session, roles.DRIVER, "centre", 2) == []


def test_losing_a_role_ends_the_sessions_and_giving_up_an_own_one_does_not(session, now):
    actor, other = (make.actor(session, None, (roles.DRIVER, "centre", 2)) for _ in range(2))
    for who in (actor, other):
        roles.revoke(session, actor.person_id, who.person_id, roles.DRIVER, "centre", 2, now)
    left = session.scalars(select(PersonSession.person_id)).all()
    assert left == [actor.person_id]


ADMINISTRATION = (roles.ADMINISTRATOR, "house", 0)


@pytest.fixture
def two_administrators(committed):
    with committed.sessions() as session:
        found = [make.person(session) for _ in range(2)]
        for person in found:
            roles.grant(session, None, person.id, *ADMINISTRATION, clock.now(session))
        session.commit()
        yield [person.id for person in found]
        for person in found:
            session.query(RoleGrant).filter_by(person_id=person.id).delete()
        session.commit()


def take(committed, person_id):
    with committed.sessions() as session:
        roles.revoke(session, None, person_id, *ADMINISTRATION, clock.now(session))
        session.commit()


def left(committed):
    with committed.sessions() as session:
        return len(roles.holders(session, *ADMINISTRATION))


def test_two_administrators_cannot_take_the_role_from_each_other(committed, two_administrators):
    one, other = two_administrators
    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        roles.revoke(first, None, one, *ADMINISTRATION, clock.now(first))
        second = pool.submit(take, committed, other)
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(Refused, match="amministra"):
            second.result(30)
    assert left(committed) == 1


def test_without_the_lock_nobody_would_be_left(committed, two_administrators, monkeypatch):
    """The control: were this to keep one, the test above would prove nothing."""
    monkeypatch.setattr(Select, "with_for_update", lambda query, **_options: query)
    one, other = two_administrators
    with committed.sessions() as first:
        roles.revoke(first, None, one, *ADMINISTRATION, clock.now(first))
        take(committed, other)
        first.commit()
    assert left(committed) == 0


@pytest.mark.parametrize("role", [roles.COORDINATOR, roles.TREASURER])
def test_the_last_of_a_centre_does_not_leave_alone_but_somebody_else_may_decide_it(
    session, now, role
):
    last, other = (make.person(session) for _ in range(2))
    held = (role, "centre", 2)
    roles.grant(session, None, last.id, *held, now)
    roles.grant(session, None, other.id, *held, now, until=now)  # over
    with pytest.raises(Refused, match="Nessun altro ha questo ruolo"):
        roles.revoke(session, last.id, last.id, *held, now)
    roles.revoke(session, other.id, last.id, *held, now)


def test_a_role_is_prolonged_and_never_shortened_by_being_given_again(session, now):
    person, held = make.person(session), (roles.DRIVER, "centre", 2)
    day = timedelta(days=1)

    def until():
        return session.scalars(select(RoleGrant.until)).one()

    for given, ends in [
        (now + day, now + day),
        (now + 3 * day, now + 3 * day),
        (now + 2 * day, now + 3 * day),
        (None, None),
        (now + 4 * day, None),
    ]:
        roles.grant(session, None, person.id, *held, now + day, until=given)
        assert until() == ends
    acts = select(AuditEvent.action).where(AuditEvent.subject_id == person.id)
    assert len(session.scalars(acts).all()) == 3


def test_who_holds_it_for_as_long_needs_no_invitation(session, now):
    person, held = make.person(session), (roles.DRIVER, "centre", 2)
    day = timedelta(days=1)
    roles.grant(session, None, person.id, *held, now, until=now + day)
    for until, covers in [(now + day, True), (now + 2 * day, False), (None, False)]:
        assert roles.covered(session, person.email, held, until) is covers
    roles.grant(session, None, person.id, *held, now)
    assert roles.covered(session, person.email, held, None)
