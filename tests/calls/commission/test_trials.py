"""What the chain of a call's acts says of its trials and of who came and left."""

import pytest

from calls.commission import evaluators, trials
from calls.rankings import trial
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
    assert after.in_force is None and [act.reason for act in after.reopened] == [REASON]
    trials.check_may_change(session, found.call_id)
