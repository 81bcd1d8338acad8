"""Whose sheets count after a dismissal: what the call says, shown, recorded, printed."""

import json

import pytest
from sqlalchemy import select

from calls import checks
from calls.commission import dismissals, evaluators
from calls.rankings import rankings
from calls.rankings.rules import ranking_words
from calls.tables.envelopes import OpenedApplication
from kit import clock
from kit.audit import AuditEvent
from kit.errors import Refused
from people.tables.persons import Person
from tests import make
from tests.calls import commissions

LOW, HIGH = "2 2 2", "8 8 8"


def dismissed(session, now, rule):
    """Three evaluators; the first gave low marks to the first application alone, then left."""
    found = commissions.world(session, evaluators=3, first_protocol=1, sheets_of_dismissed=rule)
    gone, *rest = found.evaluators
    commissions.send(session, gone, found.keys[0], LOW)
    for evaluator in rest:
        for key in found.keys:
            commissions.send(session, evaluator, key, HIGH)
    evaluators.dismiss(
        session,
        found.office,
        found.call_id,
        gone.person_id,
        clock.now(session),
        reason=commissions.WHY,
    )
    return found


def kept(session, key):
    row = session.get_one(OpenedApplication, key.application_id)
    session.refresh(row)
    return row.sheets, row.total_sum


@pytest.mark.parametrize(("rule", "sheets", "marks"), [("count", 3, 3), ("leave", 2, 2)])
def test_the_calls_rule_decides_and_the_ranking_says_so(session, now, rule, sheets, marks):
    found = dismissed(session, now, rule)
    assert kept(session, found.keys[0])[0] == sheets
    assert kept(session, found.keys[1])[0] == 2
    assert checks.violations(session) == []
    act = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "calls.evaluator.dismissed")
    ).all()[-1]
    assert (act.after["sheets"], act.after["sheets_count"]) == (1, rule == "count")
    ready = rankings.readiness(session, found.office, found.call_id)
    (left,) = ready.doubts.left
    assert (left.counting, len(left.codes)) == (rule == "count", 1)
    content = json.loads(rankings.publish(session, found.office, found.call_id, now).content)
    first = next(row for row in content["ranking"] if row["code"] == left.codes[0])
    assert len(first["marks"]["A"]) == marks
    assert content["sheets"] == {"of_dismissed": rule, "dismissed": 1, "conflict": 0}
    said = [str(sentence) for sentence in ranking_words.sheets(content)]
    assert any("chi non è più nella commissione" in sentence for sentence in said)


def test_an_application_with_fewer_sheets_than_the_others_is_named_before_and_in_the_ranking(
    session, now
):
    found = dismissed(session, now, "count")
    ready = rankings.readiness(session, found.office, found.call_id)
    assert ready.owed.complete
    assert [(row.firm, row.sheets) for row in ready.doubts.uneven] == [("Il forno mobile", 2)]
    content = json.loads(rankings.publish(session, found.office, found.call_id, now).content)
    said = " ".join(str(sentence) for sentence in ranking_words.sheets(content))
    assert ready.doubts.uneven[0].code in said


def test_who_comes_back_where_sheets_count_counts_all_along(session, now):
    found = dismissed(session, now, "count")
    person = session.get_one(Person, found.evaluators[0].person_id)
    evaluators.appoint(session, found.office, found.call_id, person.email, now)
    assert kept(session, found.keys[0])[0] == 3
    assert not any(who.dismissed for who in dismissals.sheets(session, found.call_id))
    assert checks.violations(session) == []


def test_what_the_rule_took_out_does_not_come_back_with_its_author(session, now):
    found = dismissed(session, now, "leave")
    person = session.get_one(Person, found.evaluators[0].person_id)
    with pytest.raises(Refused, match="conterebbero di nuovo") as refusal:
        evaluators.appoint(session, found.office, found.call_id, person.email, now)
    assert refusal.value.field == "email" and kept(session, found.keys[0])[0] == 2
    idle = make.person(session)
    for _ in range(2):  # who has sent nothing may come back
        evaluators.appoint(session, found.office, found.call_id, idle.email, now)
        evaluators.dismiss(
            session, found.office, found.call_id, idle.id, now, reason=commissions.WHY
        )
    dismissals.end(session, found.call_id, person.id, clock.now(session))  # as it was once
    said = [line for line in checks.violations(session) if line.startswith("C28:")]
    assert len(said) == 1 and f"evaluator {person.id} " in said[0]


def test_a_conflict_declared_after_sending_is_an_act_and_is_said(session, now):
    found = commissions.world(session, evaluators=3, first_protocol=1)
    late, *_ = found.evaluators
    for evaluator in found.evaluators:
        for key in found.keys:
            commissions.send(session, evaluator, key, HIGH)
    commissions.conflict(session, late, found.keys[0])
    acts = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "calls.conflict.declared_late")
    ).all()
    assert acts[-1].after == {"application": found.keys[0].application_id, "kind": "family"}
    ready = rankings.readiness(session, found.office, found.call_id)
    assert [row.sheets for row in ready.doubts.uneven] == [2]
    content = json.loads(rankings.publish(session, found.office, found.call_id, now).content)
    assert content["sheets"]["conflict"] == 1
