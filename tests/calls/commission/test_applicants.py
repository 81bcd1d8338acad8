"""Who may apply, and what an appointment before the opening tells the office: nothing."""

import pytest

from calls.applications import drafts, submissions
from calls.commission import evaluators
from kit.errors import Refused
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

    def test_a_draft_is_no_reason_to_refuse_an_appointment_and_is_not_sent_after_it(
        self, session, now
    ):
        """The office learns nothing; who is appointed is refused at the sending."""
        call, person = world.call(session), make.person(session, "Marco Bodini")
        application_id = world.draft(session, call, make.actor(session, person))
        office = world.office(session)
        evaluators.appoint(session, office, call.call_id, person.email, now)
        judge = make.actor(session, person)
        with pytest.raises(Refused, match="Sei nella commissione"):
            submissions.submit(session, judge, application_id, now)
        evaluators.dismiss(session, office, call.call_id, person.id, now)
        assert submissions.submit(session, make.actor(session, person), application_id, now)

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
