"""The evaluator's list and what stands beside a sheet."""

import pytest

from calls.score_sheets import queue, score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from kit import clock
from kit.errors import NotFound
from tests.calls import commissions


@pytest.fixture
def found(session):
    return commissions.world(session, applications=3)


def test_the_mean_of_the_others_is_without_ones_own_and_only_beside_ones_own_sent_sheet(
    session, found
):
    me, other = found.evaluators
    for key in found.keys[:2]:
        commissions.send(session, other, key, "10 10 10")
    commissions.send(session, me, found.keys[0], "8 6 6")
    rows = queue.queue(session, me, found.call_id)
    assert [row.state for row in rows] == ["sent", None, None]
    assert [row.mean_of_others for row in rows] == [65, None, None]
    assert [row.sheets for row in rows] == [2, None, None]
    assert rows[0].marks is not None and rows[1].marks is None


def test_the_list_goes_on_behind_a_code(session, found, monkeypatch):
    rows = queue.queue(session, found.evaluators[0], found.call_id)
    assert [row.code for row in rows] == sorted(row.code for row in rows)
    later = queue.queue(session, found.evaluators[0], found.call_id, rows[0].code)
    assert later == rows[1:]
    assert queue.queue(session, found.evaluators[0], found.call_id, rows[2].code) == []


def test_a_declaration_is_seen_in_the_list(session):
    found = commissions.world(session, declared=False)
    me = found.evaluators[0]
    commissions.declare_all(session, found, me, found.keys[:1])
    assert [row.declared for row in queue.queue(session, me, found.call_id)] == [True, False]


def test_the_sheet_has_marks_motivations_and_what_is_missing(session, found):
    me, key = found.evaluators[0], found.keys[0]
    typed = {"A": TypedScore("8", "Chiara."), "B": TypedScore("", "Ci penso.")}
    score_sheets.save(session, me, key, typed, clock.now(session))
    sheet = queue.view(session, me, key)
    assert (sheet.state, sheet.sent, sheet.may_mark) == ("draft", False, True)
    assert sheet.motivations == {"A": "Chiara.", "B": "Ci penso."}
    assert sheet.marks["B"] is None
    assert [lack.criterion.code for lack in sheet.missing] == ["B", "C"]


def test_the_first_and_the_last_have_one_neighbour(session, found):
    me = found.evaluators[0]
    ids = [key.application_id for key in found.keys]
    around = [queue.neighbours(session, me, key) for key in found.keys]
    assert around == [(None, ids[1]), (ids[0], ids[2]), (ids[1], None)]


def test_colleagues_show_nothing_before_ones_own_is_sent(session, found):
    me, other = found.evaluators
    key = found.keys[0]
    commissions.send(session, other, key, "10 8 6")
    commissions.mark(session, me, key, "8 6 6")
    assert queue.colleagues(session, me, key) == []
    sent_score_sheets.send(session, me, key, clock.now(session))
    (seen,) = queue.colleagues(session, me, key)
    assert (seen.name, seen.marks) == ("Commissaria 2", {"A": "10", "B": "8", "C": "6"})


def test_an_application_is_looked_for_in_its_own_call_only(session, found):
    elsewhere = commissions.world(session)
    me, key = elsewhere.evaluators[0], found.keys[0]
    crossed = type(key)(elsewhere.call_id, key.application_id)
    with pytest.raises(NotFound):
        queue.view(session, me, crossed)
    assert queue.neighbours(session, me, crossed) == (None, None)
    assert queue.colleagues(session, me, crossed) == []
