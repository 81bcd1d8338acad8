"""Who may apply, and what an appointment before the opening tells the office: nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from calls import checks
from calls.applications import drafts, submissions
from calls.commission import evaluators
from kit import audit
from kit.audit import AuditEvent
from kit.errors import Refused
from kit.mail import Mail
from tests import make
from tests.calls import make as world


class TestBeforeTheDeadline:
    def test_who_is_on_the_commission_starts_no_application(self, session, now):
        call = world.call(session)
        office, judge = world.office(session), make.person(session, "Marco Bodini")
        evaluators.appoint(session, office, call.call_id, judge.email, now)
        with pytest.raises(Refused, match="Sei nella commissione"):
            drafts.start(session, make.actor(session, judge), call.call_id, now)
        other = make.actor(session)
        assert drafts.start(session, other, call.call_id, now).state == "draft"

    def test_the_office_does_not_apply_to_its_own_call(self, session, now):
        call, office = world.call(session), world.office(session)
        with pytest.raises(Refused, match="Lavori nell'ufficio"):
            drafts.start(session, office, call.call_id, now)

    def test_a_draft_is_no_reason_to_refuse_an_appointment_and_sending_it_gives_the_seat_up(
        self, session, now
    ):
        """The office learns nothing of the draft, and shuts nobody out."""
        call, person = world.call(session), make.person(session, "Marco Bodini")
        application_id = world.draft(session, call, make.actor(session, person))
        office = world.office(session)
        evaluators.appoint(session, office, call.call_id, person.email, now)
        judge = make.actor(session, person)
        assert submissions.submit(session, judge, application_id, now)
        assert evaluators.commission(session, call.call_id) == []
        acts = select(AuditEvent.action, AuditEvent.actor_id, AuditEvent.after["person"])
        of_call = acts.where(
            AuditEvent.subject_kind == "call", AuditEvent.subject_id == call.call_id
        )
        assert session.execute(of_call.order_by(AuditEvent.id)).all()[-2:] == [
            ("calls.evaluator.appointed", office.person_id, person.id),
            ("calls.evaluator.renounced", person.id, person.id),
        ]
        told = session.scalars(select(Mail.subject).where(Mail.person_id == office.person_id))
        assert told.all() == ["Marco Bodini ha rinunciato alla commissione"]
        assert audit.violations(session) == []
        assert [line for line in checks.violations(session) if line.startswith("C18")] == []

    def test_what_is_refused_at_the_sending_leaves_the_seat(self, session, now):
        call, person = world.call(session), make.person(session, "Marco Bodini")
        judge = make.actor(session, person)
        application_id = world.draft(session, call, judge, idea_what="")
        office = world.office(session)
        evaluators.appoint(session, office, call.call_id, person.email, now)
        with pytest.raises(Refused, match="manca 1 cosa"):
            submissions.submit(session, judge, application_id, now)
        late = call.deadline_at + timedelta(seconds=1)
        with pytest.raises(Refused, match="non può essere accettata"):
            submissions.submit(session, judge, application_id, late)
        assert evaluators.commission(session, call.call_id) == [person]

    def test_the_answer_to_an_appointment_is_the_same_whether_somebody_applies_or_not(
        self, session, now
    ):
        call, office = world.call(session), world.office(session)
        for who in (make.person(session, "Senza"), make.person(session, "Con")):
            if who.name == "Con":
                application_id = world.draft(session, call, make.actor(session, who))
                submissions.submit(session, make.actor(session, who), application_id, now)
            assert evaluators.appoint(session, office, call.call_id, who.email, now) is not None

    def test_nobody_appoints_themselves(self, session, now):
        call, office = world.call(session), world.office(session)
        with pytest.raises(Refused, match="se stesso"):
            evaluators.appoint(session, office, call.call_id, office.email, now)
