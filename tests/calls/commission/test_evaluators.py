"""Appointing and dismissing the commission."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from calls.commission import chain_acts, evaluators, notices, progress
from calls.tables.applications import Application
from kit import clock, db
from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from kit.mail import Mail
from people import proofs, sign_ins
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.waiting import until_blocked


def test_the_office_appoints_a_registered_person_who_then_is_on_the_commission(session, now):
    found = commissions.world(session, evaluators=0)
    make.person(session, name="Rita Valli", email="rita@esempio.it")
    evaluators.appoint(session, found.office, found.call_id, " Rita@esempio.it ", now)
    assert [p.name for p in evaluators.commission(session, found.call_id)] == ["Rita Valli"]


def told(session, found, person_id):
    """How many acts and letters say that somebody was appointed."""
    acts = select(func.count()).where(
        AuditEvent.action == f"calls.{chain_acts.APPOINTED}", AuditEvent.subject_id == found.call_id
    )
    letters = select(func.count()).where(Mail.kind == notices.COMMISSION)
    return session.scalar(acts), session.scalar(letters.where(Mail.person_id == person_id))


def test_who_is_on_the_commission_is_not_appointed_again(session, now):
    found = commissions.world(session, evaluators=0)
    person = make.person(session, name="Rita Valli")
    evaluators.appoint(session, found.office, found.call_id, person.email, now)
    with pytest.raises(Refused, match="Rita Valli è già nella commissione") as refusal:
        evaluators.appoint(session, found.office, found.call_id, person.email, now)
    assert refusal.value.field == "email"
    assert told(session, found, person.id) == (1, 1)
    evaluators.dismiss(session, found.office, found.call_id, person.id, now, reason=commissions.WHY)
    assert evaluators.appoint(session, found.office, found.call_id, person.email, now) == person


def test_of_two_appointments_that_meet_one_is_done(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        found, person = commissions.world(session), make.person(session, name="Nina Nuova")
        email, person_id = person.email, person.id

    def appoint():
        with db.transaction() as session:
            evaluators.appoint(session, found.office, found.call_id, email, clock.now(session))

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as first:
            evaluators.appoint(first, found.office, found.call_id, email, clock.now(first))
            second = pool.submit(appoint)
            until_blocked(committed.engine)
        error = second.exception(30)
    assert isinstance(error, Refused) and "è già nella commissione" in str(error.message)
    with db.transaction() as session:
        assert told(session, found, person_id) == (1, 1)


def test_an_unknown_address_is_refused_beside_its_field(session, now):
    found = commissions.world(session, evaluators=0)
    with pytest.raises(Refused, match="Nessuno è registrato") as refusal:
        evaluators.appoint(session, found.office, found.call_id, "chi@esempio.it", now)
    assert refusal.value.field == "email"


def test_who_applies_cannot_judge_the_same_call(session, now):
    found = commissions.world(session, evaluators=0)
    application = session.get(Application, found.keys[0].application_id)
    applicant = session.get(Person, application.person_id)
    with pytest.raises(Refused, match="non può stare nella commissione"):
        evaluators.appoint(session, found.office, found.call_id, applicant.email, now)


def test_somebody_who_is_not_of_the_office_appoints_nobody(session, now):
    found = commissions.world(session)
    with pytest.raises(NotFound):
        evaluators.appoint(session, found.evaluators[0], found.call_id, "x@esempio.it", now)
    with pytest.raises(NotFound):
        evaluators.dismiss(
            session, found.evaluators[0], found.call_id, 1, now, reason=commissions.WHY
        )


def test_a_dismissed_evaluator_is_signed_out_and_off_the_commission(session, now):
    found = commissions.world(session)
    gone = found.evaluators[0]
    evaluators.dismiss(
        session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
    )
    names = [p.name for p in evaluators.commission(session, found.call_id)]
    assert names == ["Commissaria 2"]
    token = sign_ins.open_session(session, gone.person_id, "test", now, proofs.BY_PASSWORD_AND_CODE)
    actor = sign_ins.actor_of(session, token)
    assert actor is not None and not actor.has("evaluator", "call", found.call_id)


def test_progress_counts_sent_sheets_and_takes_conflicts_off_what_is_due(session, now):
    found = commissions.world(session, applications=3, declared=False)
    first, second = found.evaluators
    commissions.declare_all(session, found, first, found.keys[:2])
    commissions.conflict(session, first, found.keys[2])
    commissions.send(session, first, found.keys[0], "8 6 6")
    rows = {m.person_id: m for m in progress.of_commission(session, found.call_id)}
    one, two = rows[first.person_id], rows[second.person_id]
    assert (one.due, one.sent, one.conflicts) == (2, 1, 1)
    assert (two.due, two.sent, two.conflicts) == (3, 0, 0)
