"""What the chain of a call's acts says of its trials and of who came and left."""

import pytest

from calls.commission import declarations, evaluators, trials
from calls.commission.declarations import Declared
from calls.rankings import trial
from kit import audit
from kit.errors import Refused
from tests import make
from tests.calls import commissions

REASON = "Un verbale non era firmato."


def test_who_was_appointed_before_the_opening_is_not_told_of(session, now):
    found = commissions.world(session, evaluators=0, opened=False)
    new = make.person(session, name="Nina Nuova")
    evaluators.appoint(session, found.office, found.call_id, new.email, now)
    commissions.open_and_declare(session, found)
    assert trials.of_call(session, found.call_id).told == []


def test_it_tells_the_trial_in_force_and_those_taken_back(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    before = trials.of_call(session, found.call_id)
    assert before.in_force is None and before.told == []
    commissions.try_ranking(session, found)
    tried = trials.of_call(session, found.call_id).in_force
    assert tried is not None and tried.by_id == found.office.person_id
    with pytest.raises(Refused):
        trials.check_may_change(session, found.call_id)
    trial.reopen(session, found.office, found.call_id, REASON, now)
    after = trials.of_call(session, found.call_id)
    assert after.in_force is None and [act.reason for act in after.ended] == [REASON]
    trials.check_may_change(session, found.call_id)


def test_a_declared_conflict_ends_the_trial_and_names_nobody_in_public(session, now):
    found = commissions.world(session, evaluators=3)
    commissions.send_all(session, found)
    judge = found.evaluators[0]
    commissions.conflict(session, judge, found.keys[0])
    assert trials.of_call(session, found.call_id).ended == [], "there was no trial to end"
    commissions.try_ranking(session, found)
    commissions.conflict(session, judge, found.keys[1])
    after = trials.of_call(session, found.call_id)
    assert after.in_force is None and after.lapsed is not None
    assert after.lapsed.by_id == judge.person_id
    before, late, told = map(str, after.told)
    assert "La prova non vale più da " in told
    assert "è stato dichiarato un conflitto" in before and "dopo la prova" not in before
    assert "dopo la prova" in late and judge.name not in before + late + told
    trials.check_may_change(session, found.call_id)
    commissions.try_ranking(session, found)
    again = trials.of_call(session, found.call_id)
    assert again.in_force is not None and again.lapsed is None and len(again.ended) == 1
    assert audit.violations(session) == []


def test_declaring_no_conflict_again_ends_no_trial(session, now):
    found = commissions.world(session)
    commissions.send_all(session, found)
    commissions.try_ranking(session, found)
    note = Declared("none", "L'ho visto una volta.")
    declarations.declare(session, found.evaluators[0], found.keys[0], note, now)
    assert trials.of_call(session, found.call_id).in_force is not None
    assert trials.lapse(session, found.office, found.call_id, now) is not None
    assert trials.lapse(session, found.office, found.call_id, now) is None
