"""Which roles a level carries, and until when what was proved is good."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kit import audit
from kit.audit import AuditEvent
from kit.settings import settings
from people import proofs, roles, sign_ins
from people.proofs import Proof
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make

HOUSE, HERE = ("house", 1), ("centre", 1)
BINDING = (
    (roles.ADMINISTRATOR, *HOUSE),
    (roles.OFFICE, "call", 1),
    (roles.EVALUATOR, "call", 2),
    (roles.TREASURER, *HERE),
)
LIGHT = ((roles.MEMBER, "household", 1), (roles.COORDINATOR, *HERE), (roles.DRIVER, *HERE))


def acting(session, proof, *held):
    """Somebody with these roles, and with a session that proved so much."""
    who = make.person(session)
    now = make.actor(session, who, *held).now
    token = sign_ins.open_session(session, who.id, "test", now, proof)
    found = sign_ins.actor_of(session, token)
    assert found is not None
    return found


@pytest.mark.parametrize("role", BINDING)
def test_what_binds_others_rests_until_two_factors_are_proved(session, role):
    one = acting(session, proofs.BY_PASSWORD, role, *LIGHT)
    assert (one.grants, one.resting) == (frozenset(LIGHT), {role})
    assert one.held == {role, *LIGHT}
    two = acting(session, proofs.BY_PASSWORD_AND_CODE, role, *LIGHT)
    assert (two.grants, two.resting) == ({role, *LIGHT}, frozenset())


def test_every_role_is_named_here():
    assert {role for role, *_ in BINDING + LIGHT} == set(roles.SCOPES)


@pytest.mark.parametrize(("called", "made"), [(True, True), (True, False), (False, True)])
def test_only_what_is_called_a_demo_and_was_made_as_one_asks_for_nothing(
    session, monkeypatch, called, made
):
    monkeypatch.setattr(proofs, "settings", lambda: replace(settings(), demo=called))
    if made:
        make.trial(session)
    actor = acting(session, proofs.BY_PASSWORD, *BINDING)
    assert actor.grants == (set(BINDING) if called and made else set())


@pytest.mark.parametrize(("ago", "fresh"), [(0, True), (15 * 60, True), (15 * 60 + 1, False)])
def test_what_was_proved_is_fresh_for_a_quarter_of_an_hour(session, ago, fresh):
    actor = acting(session, proofs.BY_PASSWORD)
    assert replace(actor, now=actor.proved_at + timedelta(seconds=ago)).fresh == fresh


def test_a_session_keeps_what_it_proved_and_its_forms_when_its_token_changes(session):
    actor = acting(session, Proof(3, ("provider:cie",)))
    assert actor.proved == (3, ("provider:cie",))
    mine = PersonSession.id == actor.session_id
    first = session.scalars(select(PersonSession.token_hash).where(mine)).one()
    assert actor.form_key == bytes(first)
    other = sign_ins.token_hash("x" * 43)
    session.execute(update(PersonSession).where(mine).values(token_hash=other, form_key=first))
    again = sign_ins.actor_of(session, "x" * 43)
    assert again is not None
    assert again.form_key == actor.form_key


def test_what_was_proved_is_kept_with_the_acts_in_ones_own_name_only(session):
    actor = acting(session, proofs.BY_PASSWORD_AND_CODE)
    inviter = make.person(session)
    audit.sign(session, actor.person_id, actor.proved.said())
    subject = audit.of(Person, actor.person_id)
    for who in (actor, actor.person_id, inviter.id, None):
        audit.record(session, who, "tried", subject, actor.now, after={"n": 1})
    audit.record(session, actor, "tried", subject, actor.now)
    audit.record_act(session, actor, "acted", subject, actor.now, after={"n": 2})
    plain = {"at": actor.now, "action": "people.person.tried", "actor_id": actor.person_id}
    audit.record_many(session, [{**plain, "subject_kind": "person", "subject_id": 1}])
    query = select(AuditEvent.after).where(AuditEvent.action.like("people.person.%ed"))
    kept = session.scalars(query.order_by(AuditEvent.id)).all()
    signed = {"signed": {"level": 2, "means": ["password", "code"]}}
    one = {"n": 1}
    expected = [{**one, **signed}, {**one, **signed}, one, one, signed, {"n": 2, **signed}, signed]
    assert kept == expected
    assert audit.violations(session) == []
