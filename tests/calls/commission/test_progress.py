"""The kept progress: moved by every change, of one's own only."""

import pytest

from calls.commission import evaluators, progress
from calls.score_sheets import score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from kit import clock
from kit.errors import Refused
from tests.calls import commissions


def of(session, found, number):
    return progress.of_evaluator(session, found.evaluators[number], found.call_id)[:3]


def test_it_moves_with_every_sheet_and_only_for_whoever_writes_it(session):
    found = commissions.world(session)
    me, (first, second) = found.evaluators[0], found.keys
    assert of(session, found, 0) == (2, 0, 0)
    commissions.mark(session, me, first, "8 6 6")
    commissions.mark(session, me, first, "8 8 8")
    assert of(session, found, 0) == (2, 0, 1)
    score_sheets.save(session, me, second, {"A": TypedScore("8")}, clock.now(session))
    assert of(session, found, 0) == (2, 0, 2)
    sent_score_sheets.send(session, me, first, clock.now(session))
    assert of(session, found, 0) == (2, 1, 1)
    assert of(session, found, 1) == (2, 0, 0)


def test_a_refused_sending_moves_nothing(session):
    found = commissions.world(session)
    me, key = found.evaluators[0], found.keys[0]
    score_sheets.save(session, me, key, {"A": TypedScore("8")}, clock.now(session))
    with pytest.raises(Refused):
        sent_score_sheets.send(session, me, key, clock.now(session))
    assert of(session, found, 0) == (2, 0, 1)


def test_a_conflict_before_any_sheet_counts_as_one(session):
    found = commissions.world(session, declared=False)
    commissions.conflict(session, found.evaluators[0], found.keys[0])
    assert of(session, found, 0) == (1, 0, 0)


def test_before_the_opening_nothing_is_due(session):
    found = commissions.world(session, opened=False)
    assert of(session, found, 0) == (0, 0, 0)
    assert [member.due for member in progress.of_commission(session, found.call_id)] == [0, 0]


def test_the_calls_of_an_evaluator_show_the_same_figures(session):
    found = commissions.world(session, applications=3)
    me = found.evaluators[0]
    commissions.send(session, me, found.keys[0], "8 6 6")
    commissions.conflict(session, me, found.keys[1])
    (call,) = evaluators.my_calls(session, me)
    assert (call.id, call.due, call.sent) == (found.call_id, 2, 1)
    assert evaluators.my_calls(session, found.office) == []
