"""Where an application stands for one evaluator, held and read."""

from decimal import Decimal

import pytest

from calls.commission import standings
from calls.commission.declarations import Declared, declare
from calls.rankings import rankings
from kit.errors import NotFound, Refused
from tests import make
from tests.calls import commissions


@pytest.fixture
def found(session):
    return commissions.world(session)


def test_before_the_first_mark_there_is_no_sheet(session, found):
    state = standings.locked(session, found.evaluators[0], found.keys[0])
    assert (state.declared, state.note, state.sheet) == (True, "", None)


def test_ones_own_sheet_is_read_with_its_marks_as_texts(session, found):
    me, other = found.evaluators
    commissions.mark(session, me, found.keys[0], "8 6 10", why="Perché sì.")
    commissions.send(session, other, found.keys[0], "0 0 0")
    sheet = standings.locked(session, me, found.keys[0]).sheet
    assert sheet is not None
    assert (sheet.sent, sheet.total) == (False, Decimal(51))
    assert list(sheet.scores["A"]) == ["8", "Perché sì."]
    theirs = standings.locked(session, other, found.keys[0]).sheet
    assert theirs is not None and theirs.sent is True


def test_the_newest_note_is_the_one(session, now):
    found = commissions.world(session, declared=False)
    me, key = found.evaluators[0], found.keys[0]
    assert standings.locked(session, me, key).declared is False
    for note in ("Prima nota.", "Seconda nota."):
        declare(session, me, key, Declared("none", note), now)
    assert standings.locked(session, me, key).note == "Seconda nota."


def test_only_an_evaluator_without_a_conflict_finds_it_and_nobody_after_the_ranking(
    session, found, now
):
    me, key = found.evaluators[0], found.keys[0]
    with pytest.raises(NotFound):
        standings.locked(session, make.actor(session), key)
    commissions.send_all(session, found)
    rankings.publish(session, found.office, found.call_id, now)
    with pytest.raises(Refused, match="la valutazione è chiusa"):
        standings.locked(session, me, key)
    other = commissions.world(session)
    commissions.conflict(session, other.evaluators[0], other.keys[0])
    for alone in (True, False):
        with pytest.raises(NotFound):
            standings.locked(session, other.evaluators[0], other.keys[0], alone=alone)
