"""Conflicts that are found: at the appointment, at the start, at sending, opening and ranking."""

import json

import pytest
from sqlalchemy import select

from calls import checks
from calls.commission import conflicts, declarations, evaluators, progress
from calls.commission.declarations import Declared
from calls.envelopes import openings
from calls.rankings import rankings
from calls.score_sheets import queue, score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.applications import Application
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from kit import audit, clock
from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from people import roles
from people.tables.persons import Person
from tests import make
from tests.calls import commissions

HOUSEHOLD = 4711


def person_of(session, key):
    return session.get_one(Person, session.get_one(Application, key.application_id).person_id)


def at_home(session, person_id, now):
    roles.grant(session, None, person_id, roles.MEMBER, "household", HOUSEHOLD, now)


def kinds(session, evaluator, found):
    rows = session.execute(
        select(ConflictDeclaration.application_id, ConflictDeclaration.kind).where(
            ConflictDeclaration.evaluator_id == evaluator.person_id,
            ConflictDeclaration.kind != "none",
        )
    )
    order = [key.application_id for key in found.keys]
    return {order.index(id_): kind for id_, kind in rows}


def appoint(session, found, person, now):
    evaluators.appoint(session, found.office, found.call_id, person.email, now)
    return make.actor(session, person)


class TestAtTheOpening:
    @pytest.fixture
    def found(self, session):
        return commissions.world(session, applications=3, evaluators=3, opened=False)

    def test_who_applied_judges_nothing_of_the_call(self, session, found, now):
        judge = appoint(session, found, person_of(session, found.keys[0]), now)
        openings.open_envelopes(session, found.office, found.call_id, now)
        assert kinds(session, judge, found) == {0: "own", 1: "rival", 2: "rival"}
        assert queue.queue(session, judge, found.call_id) == []
        for key in found.keys:
            with pytest.raises(NotFound):
                declarations.declare(session, judge, key, Declared("none"), now)
        due = {m.person_id: m.due for m in progress.of_commission(session, found.call_id)}
        assert due[judge.person_id] == 0
        assert checks.violations(session) == [] or all(
            line.startswith("C5") for line in checks.violations(session)
        )

    def test_an_own_tax_code_under_another_account_is_found(self, session, found, now):
        judge = make.person(session, "Marco Bodini")
        code = commissions.code_of(1)
        earlier = commissions.world(session, applications=0, evaluators=0, opened=False)
        commissions.add_application(session, earlier, 0, tax_code=code.lower(), person=judge)
        openings.open_envelopes(session, earlier.office, earlier.call_id, now)
        actor = appoint(session, found, judge, now)
        openings.open_envelopes(session, found.office, found.call_id, now)
        assert kinds(session, actor, found) == {0: "rival", 1: "same_code", 2: "rival"}

    def test_one_household_takes_its_own_application_away_and_no_other(self, session, found, now):
        judge = found.evaluators[0]
        at_home(session, judge.person_id, now)
        at_home(session, person_of(session, found.keys[1]).id, now)
        openings.open_envelopes(session, found.office, found.call_id, now)
        assert kinds(session, judge, found) == {1: "household"}
        rows = queue.queue(session, judge, found.call_id)
        assert [row.application_id for row in rows] == [
            found.keys[0].application_id,
            found.keys[2].application_id,
        ]

    def test_the_act_keeps_what_was_found_and_the_office_alone_reads_it(self, session, found, now):
        judge = appoint(session, found, person_of(session, found.keys[0]), now)
        openings.open_envelopes(session, found.office, found.call_id, now)
        act = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "calls.call.opened")
        ).all()[-1]
        assert [judge.person_id, found.keys[0].application_id, "own"] in act.after["conflicts"]
        told = conflicts.told(session, found.office, found.call_id)
        assert [(row.name, row.kind) for row in told] == [("Proponente 1", "own")]
        with pytest.raises(NotFound):
            conflicts.told(session, found.evaluators[1], found.call_id)
        assert audit.violations(session) == []


class TestAfterTheOpening:
    def test_who_applied_is_not_appointed_by_account_nor_by_tax_code(self, session, now):
        found = commissions.world(session)
        with pytest.raises(Refused, match="ha una domanda"):
            appoint(session, found, person_of(session, found.keys[0]), now)
        twin = make.person(session, "Un altro indirizzo")
        earlier = commissions.world(session, applications=0, evaluators=0, opened=False)
        commissions.add_application(
            session, earlier, 0, tax_code=commissions.code_of(1), person=twin
        )
        openings.open_envelopes(session, earlier.office, earlier.call_id, now)
        with pytest.raises(Refused, match="ha una domanda"):
            appoint(session, found, twin, now)

    def test_an_appointment_records_the_household_at_once(self, session, now):
        found = commissions.world(session)
        judge = make.person(session, "Rita Valli")
        at_home(session, judge.id, now)
        at_home(session, person_of(session, found.keys[0]).id, now)
        actor = appoint(session, found, judge, now)
        assert kinds(session, actor, found) == {0: "household"}

    @pytest.fixture
    def later(self, session, now):
        """A household that came together after the opening, before any sheet was sent."""
        found = commissions.world(session, evaluators=3)
        judge = found.evaluators[0]
        commissions.send(session, judge, found.keys[0], "10 10 10")
        at_home(session, judge.person_id, now)
        for key in found.keys:
            at_home(session, person_of(session, key).id, now)
        return found

    def test_declaring_none_marking_and_sending_are_refused_in_words(self, session, later, now):
        judge, key = later.evaluators[0], later.keys[1]
        typed = {"A": TypedScore("8", "")}
        for act in (
            lambda: declarations.declare(session, judge, key, Declared("none"), now),
            lambda: score_sheets.save(session, judge, key, typed, now),
            lambda: sent_score_sheets.send(session, judge, key, now),
        ):
            with pytest.raises(Refused, match="Sei nella famiglia"):
                act()
        assert declarations.declare(session, judge, key, Declared("family"), now) is False

    def test_nothing_is_published_before_the_office_records_what_is_found(
        self, session, later, now
    ):
        for judge in later.evaluators[1:]:
            for key in later.keys:
                commissions.send(session, judge, key, "8 8 8")
        found = rankings.readiness(session, later.office, later.call_id)
        assert {tie.tie for tie in found.doubts.ties} == {"household"}
        assert [line[:3] for line in checks.violations(session) if line[:3] in ("C15", "C16")]
        with pytest.raises(Refused, match=r"conflitti trovati|Mancano"):
            rankings.publish(session, later.office, later.call_id, now)
        with pytest.raises(NotFound):
            conflicts.record_found(session, later.evaluators[1], later.call_id, now)
        assert conflicts.record_found(session, later.office, later.call_id, now) == 2
        assert conflicts.record_found(session, later.office, later.call_id, now) == 0
        row = rankings.publish(session, later.office, later.call_id, now)
        content = json.loads(row.content)
        assert {line["marks"]["A"][-1] for line in content["ranking"]} == {"8"}
        assert content["sheets"]["conflict"] == 1
        kept = session.get_one(OpenedApplication, later.keys[0].application_id)
        session.refresh(kept)
        assert kept.sheets == 2
        with pytest.raises(Refused, match="graduatoria è pubblicata"):
            conflicts.record_found(session, later.office, later.call_id, now)

    def test_a_dismissed_evaluator_sends_nothing_with_an_old_session(self, session, now):
        found = commissions.world(session)
        gone, key = found.evaluators[0], found.keys[0]
        commissions.mark(session, gone, key, "8 8 8")
        evaluators.dismiss(
            session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
        )
        with pytest.raises(NotFound):  # the actor still carries the role it began with
            sent_score_sheets.send(session, gone, key, now)


def test_a_household_that_began_after_the_sheet_was_sent_takes_nothing_away(session, now):
    """Else whoever applied could come into the family of who gave them few points."""
    found = commissions.world(session, evaluators=3)
    judge = found.evaluators[0]
    for key in found.keys:
        commissions.send(session, judge, key, "2 2 2")
    at_home(session, judge.person_id, now)  # before the sheets
    at_home(session, person_of(session, found.keys[0]).id, clock.now(session))
    assert conflicts.unrecorded(session, found.call_id) == []
    assert conflicts.record_found(session, found.office, found.call_id, now) == 0
    assert [line for line in checks.violations(session) if line[:3] in ("C15", "C16")] == []
    other = found.evaluators[1]  # who has sent nothing yet
    at_home(session, other.person_id, clock.now(session))
    (tie,) = conflicts.unrecorded(session, found.call_id)
    assert (tie.evaluator_id, tie.tie) == (other.person_id, "household")
