"""A conflict takes an application away everywhere: each place that asks `visible` has its test."""

import json

import pytest
from sqlalchemy import select

from calls import checks
from calls.commission import access, declarations, progress, standings
from calls.commission.declarations import Declared
from calls.envelopes import openings
from calls.rankings import rankings
from calls.score_sheets import queue, score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.envelopes import OpenedApplication
from calls.texts import published
from kit import clock
from kit.errors import NotFound
from tests import make
from tests.calls import commissions


@pytest.fixture
def found(session):
    """Three applications; the first evaluator has sent every sheet but the first."""
    found = commissions.world(session, applications=3)
    me, other = found.evaluators
    for key in found.keys:
        commissions.send(session, other, key, "8 6 6")
    for key in found.keys[1:]:
        commissions.send(session, me, key, "10 10 10")
    return found


@pytest.fixture
def conflicted(session, found):
    """The first evaluator found a conflict with the second application, already marked."""
    commissions.conflict(session, found.evaluators[0], found.keys[1])
    return found


def ids(rows):
    return {row.application_id for row in rows}


def test_visible_leaves_out_conflicts_of_the_reader_only(session, conflicted):
    mine, other = conflicted.evaluators
    first, second, third = (key.application_id for key in conflicted.keys)
    query = select(OpenedApplication.application_id).where(
        OpenedApplication.call_id == conflicted.call_id
    )
    assert set(session.scalars(query.where(access.visible(mine.person_id)))) == {first, third}
    assert set(session.scalars(query.where(access.readable(mine.person_id)))) == {first, third}
    everything = {first, second, third}
    assert set(session.scalars(query.where(access.visible(other.person_id)))) == everything
    stranger = make.actor(session)
    assert set(session.scalars(query.where(access.visible(stranger.person_id)))) == everything
    assert not set(session.scalars(query.where(access.readable(stranger.person_id))))


def test_a_conflict_that_was_first_denied_stays_a_conflict(session, now, conflicted):
    """The newest declaration would not help: what was once said to be a conflict is one."""
    me, key = conflicted.evaluators[0], conflicted.keys[1]
    with pytest.raises(NotFound):
        declarations.declare(session, me, key, Declared("none"), now)
    with pytest.raises(NotFound):
        standings.locked(session, me, key)


def test_the_list_does_not_name_it(session, conflicted):
    first, _, third = (key.application_id for key in conflicted.keys)
    me, other = conflicted.evaluators
    assert ids(queue.queue(session, me, conflicted.call_id)) == {first, third}
    assert len(queue.queue(session, other, conflicted.call_id)) == 3


def test_nothing_of_it_is_shown_not_even_who_applies(session, conflicted):
    me, key = conflicted.evaluators[0], conflicted.keys[1]
    for look in (declarations.applicant, queue.view):
        with pytest.raises(NotFound):
            look(session, me, key)


def test_its_neighbours_are_neighbours_of_each_other(session, conflicted):
    me = conflicted.evaluators[0]
    first, _, third = conflicted.keys
    assert queue.neighbours(session, me, first).after == third.application_id
    assert queue.neighbours(session, me, third).before == first.application_id


def test_sending_goes_on_to_the_one_behind_it(session, conflicted):
    me, first, third = conflicted.evaluators[0], conflicted.keys[0], conflicted.keys[2]
    commissions.mark(session, me, first, "8 6 6")
    sent = sent_score_sheets.send(session, me, first, clock.now(session))
    assert sent.next_application_id == third.application_id


def test_what_the_colleagues_sent_on_it_is_gone_for_the_one_in_conflict(session, found):
    me, key = found.evaluators[0], found.keys[1]
    assert [sheet.name for sheet in queue.colleagues(session, me, key)] == ["Commissaria 2"]
    commissions.conflict(session, me, key)
    assert queue.colleagues(session, me, key) == []


def test_the_sheet_of_the_one_in_conflict_is_gone_for_the_colleagues(session, found):
    me, other = found.evaluators
    assert [sheet.name for sheet in queue.colleagues(session, other, found.keys[1])] == [
        "Commissaria 1"
    ]
    commissions.conflict(session, me, found.keys[1])
    assert queue.colleagues(session, other, found.keys[1]) == []
    row = queue.queue(session, other, found.call_id)[1]
    assert (row.application_id, row.sheets) == (found.keys[1].application_id, 1)


def test_its_marks_are_in_no_ranking(session, conflicted):
    commissions.send(session, conflicted.evaluators[0], conflicted.keys[0], "8 6 6")
    call = published.of_call(session, conflicted.call_id)
    content = json.loads(rankings.compute(session, call))
    codes = sorted(openings.envelopes(session, conflicted.call_id))
    marks = {row["code"]: row["marks"]["A"] for row in content["ranking"]}
    assert marks[codes[1]] == ["8"]
    assert marks[codes[2]] == ["8", "10"]


def test_progress_and_totals_follow_and_the_checks_agree(session, found):
    me = found.evaluators[0]
    assert progress.of_evaluator(session, me, found.call_id)[:3] == (3, 2, 0)
    commissions.conflict(session, me, found.keys[1])
    assert progress.of_evaluator(session, me, found.call_id)[:3] == (2, 1, 0)
    assert _of_sheets(session) == []


def test_a_conflict_of_a_begun_sheet_is_counted_as_no_longer_begun(session, found):
    me, key = found.evaluators[0], found.keys[0]
    score_sheets.save(session, me, key, {"A": TypedScore("8")}, clock.now(session))
    assert progress.of_evaluator(session, me, found.call_id)[:3] == (3, 2, 1)
    commissions.conflict(session, me, key)
    assert progress.of_evaluator(session, me, found.call_id)[:3] == (2, 2, 0)
    assert _of_sheets(session) == []


def _of_sheets(session):
    return [line for line in checks.violations(session) if line[:3] in ("C8:", "C14")]


def test_who_is_not_on_the_commission_sees_nothing(session, found):
    stranger = make.actor(session)
    for look in (
        lambda: queue.queue(session, stranger, found.call_id),
        lambda: queue.view(session, stranger, found.keys[0]),
        lambda: queue.neighbours(session, stranger, found.keys[0]),
        lambda: queue.colleagues(session, stranger, found.keys[0]),
        lambda: progress.of_evaluator(session, stranger, found.call_id),
        lambda: declarations.applicant(session, stranger, found.keys[0]),
    ):
        with pytest.raises(NotFound):
            look()
    with pytest.raises(NotFound):
        access.require_office(stranger, found.call_id)
    access.require_office(found.office, found.call_id)
