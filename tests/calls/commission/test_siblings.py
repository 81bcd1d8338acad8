"""A conflict on one application follows to the others of the same person, in every act."""

import json

import pytest
from sqlalchemy import insert, select

from calls import checks
from calls.commission import conflicts, declarations, evaluators, progress
from calls.commission.declarations import Declared
from calls.rankings import rankings
from calls.score_sheets import queue, score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from kit import audit
from kit.audit import AuditEvent
from kit.errors import NotFound, Refused
from people import roles
from tests.calls import commissions

CODE = commissions.code_of(0)
HOUSEHOLD = 4712


@pytest.fixture
def found(session):
    """Two applications of one tax code (the second written otherwise), and one of another."""
    found = commissions.world(session, applications=0, opened=False, evaluators=3)
    for number, code in enumerate((CODE, f" {CODE[:6].lower()} {CODE[6:]}", "")):
        commissions.add_application(session, found, number, tax_code=code)
    commissions.open_and_declare(session, found)
    return found


def kinds(session, evaluator, found):
    rows = session.execute(
        select(ConflictDeclaration.application_id, ConflictDeclaration.kind).where(
            ConflictDeclaration.evaluator_id == evaluator.person_id,
            ConflictDeclaration.kind != "none",
        )
    )
    order = [key.application_id for key in found.keys]
    return {order.index(id_): kind for id_, kind in rows}


def counted(session, key):
    row = session.get_one(OpenedApplication, key.application_id)
    session.refresh(row)
    return row.sheets, row.total_sum


def named(session, *codes):
    return [line for line in checks.violations(session) if line.partition(":")[0] in codes]


def declared_before(session, found, now, kind="family"):
    """A conflict on the first application as it was declared before siblings were looked for."""
    judge, key = found.evaluators[0], found.keys[0]
    session.execute(
        insert(ConflictDeclaration).values(
            application_id=key.application_id,
            evaluator_id=judge.person_id,
            kind=kind,
            note="",
            declared_at=now,
        )
    )
    progress.recount(session, found.call_id)
    return judge


@pytest.mark.parametrize("kind", [k for k in declarations.KINDS if k != "none"])
def test_a_declared_conflict_takes_every_application_of_the_person_away(session, found, now, kind):
    judge = found.evaluators[0]
    assert not declarations.declare(session, judge, found.keys[0], Declared(kind), now)
    assert kinds(session, judge, found) == {0: kind, 1: "double"}
    assert [row.application_id for row in queue.queue(session, judge, found.call_id)] == [
        found.keys[2].application_id
    ]
    sibling = found.keys[1]
    for act in (
        lambda: queue.view(session, judge, sibling),
        lambda: declarations.declare(session, judge, sibling, Declared("none"), now),
        lambda: score_sheets.save(session, judge, sibling, {"A": TypedScore("8")}, now),
        lambda: sent_score_sheets.send(session, judge, sibling, now),
    ):
        with pytest.raises(NotFound):
            act()
    due = {m.person_id: m for m in progress.of_commission(session, found.call_id)}
    assert (due[judge.person_id].due, due[judge.person_id].conflicts) == (1, 2)
    assert kinds(session, found.evaluators[1], found) == {}
    assert named(session, "C8", "C14", "C15", "C16") == []


def test_no_conflict_and_another_person_take_nothing_more_away(session, found, now):
    judge = found.evaluators[0]
    declarations.declare(session, judge, found.keys[0], Declared("none", "un'amica"), now)
    assert kinds(session, judge, found) == {}
    declarations.declare(session, judge, found.keys[2], Declared("work"), now)
    assert kinds(session, judge, found) == {2: "work"}


def test_a_sheet_already_sent_on_the_other_application_leaves_every_total(session, found, now):
    judge, sibling = found.evaluators[0], found.keys[1]
    commissions.send(session, judge, sibling, "8 6 6")
    commissions.mark(session, judge, found.keys[0], "8 6 6")
    assert counted(session, sibling)[0] == 1
    commissions.conflict(session, judge, found.keys[0])
    assert counted(session, sibling) == (0, 0)
    mine = progress.of_evaluator(session, judge, found.call_id)
    assert (mine.due, mine.sent, mine.begun) == (1, 0, 0)
    act = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "calls.conflicts.recorded")
    ).one()
    assert act.after["conflicts"] == [[judge.person_id, sibling.application_id, "double"]]
    assert act.actor_id == judge.person_id
    told = conflicts.told(session, found.office, found.call_id)
    assert sorted((row.kind, row.sheet_sent) for row in told) == [
        ("double", True),
        ("family", False),
    ]
    assert audit.violations(session) == []
    assert named(session, "C8", "C14", "C15", "C16") == []


def test_the_ranking_counts_no_sheet_of_who_is_tied_to_a_sibling(session, found, now):
    judge = found.evaluators[0]
    commissions.send(session, judge, found.keys[1], "10 10 10")
    commissions.send(session, judge, found.keys[2], "8 6 6")
    for other in found.evaluators[1:]:
        for key in found.keys:
            commissions.send(session, other, key, "8 6 6")
    commissions.conflict(session, judge, found.keys[0])
    commissions.decide_last(session, found)
    content = json.loads(rankings.publish(session, found.office, found.call_id, now).content)
    assert content["sheets"]["conflict"] == 1
    assert {mark for line in content["ranking"] for mark in line["marks"]["A"]} == {"8"}
    assert named(session, "C12", "C13", "C15", "C16") == []


class TestDeclaredBeforeItWasLookedFor:
    """What was declared earlier ties all the same: found, refused, named, recorded."""

    def test_declaring_none_marking_and_sending_are_refused_in_words(self, session, found, now):
        judge = declared_before(session, found, now)
        sibling = found.keys[1]
        for act in (
            lambda: declarations.declare(session, judge, sibling, Declared("none"), now),
            lambda: score_sheets.save(session, judge, sibling, {"A": TypedScore("8")}, now),
            lambda: sent_score_sheets.send(session, judge, sibling, now),
        ):
            with pytest.raises(Refused, match="un'altra domanda con lo stesso codice fiscale"):
                act()
        commissions.mark(session, judge, found.keys[2], "8 6 6")

    def test_the_desk_names_it_the_ranking_waits_and_the_office_records_it(
        self, session, found, now
    ):
        judge = found.evaluators[0]
        commissions.send(session, judge, found.keys[1], "8 6 6")
        commissions.send(session, judge, found.keys[2], "8 6 6")
        for other in found.evaluators[1:]:
            for key in found.keys:
                commissions.send(session, other, key, "8 6 6")
        declared_before(session, found, now)
        ready = rankings.readiness(session, found.office, found.call_id)
        assert [(tie.name, tie.tie) for tie in ready.doubts.ties] == [("Commissaria 1", "double")]
        assert not ready.owed.complete
        assert {line[:3] for line in named(session, "C15", "C16")} == {"C15", "C16"}
        with pytest.raises(Refused, match="conflitti trovati"):
            rankings.publish(session, found.office, found.call_id, now)
        assert conflicts.record_found(session, found.office, found.call_id, now) == 1
        assert counted(session, found.keys[1])[0] == 2
        assert named(session, "C8", "C14", "C15", "C16") == []
        commissions.decide_last(session, found)
        assert rankings.publish(session, found.office, found.call_id, now)

    def test_who_comes_back_to_the_commission_brings_it_along(self, session, found, now):
        judge = declared_before(session, found, now)
        office, call_id = found.office, found.call_id
        evaluators.dismiss(session, office, call_id, judge.person_id, now, reason=commissions.WHY)
        evaluators.appoint(session, office, call_id, judge.email, now)
        assert kinds(session, judge, found) == {0: "family", 1: "double"}


def test_a_household_reaches_the_application_sent_from_another_account(session, now):
    found = commissions.world(session, applications=0, opened=False)
    for number in range(2):
        commissions.add_application(session, found, number, tax_code=CODE)
    judge = found.evaluators[0]
    home = ("household", HOUSEHOLD, now)
    roles.grant(session, None, judge.person_id, roles.MEMBER, *home)
    commissions.open_and_declare(session, found)
    who = commissions.applicant(session, found.keys[0])
    roles.grant(session, None, who.person_id, roles.MEMBER, *home)
    with pytest.raises(Refused, match="un'altra domanda con lo stesso codice fiscale"):
        commissions.mark(session, judge, found.keys[1], "8 6 6")
    conflicts.record_found(session, found.office, found.call_id, now)
    assert kinds(session, judge, found) == {0: "household", 1: "double"}
