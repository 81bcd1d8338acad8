"""Which applications cannot come to enough sheets with the commission there is."""

import pytest

from calls.commission import evaluators, shortages
from tests.calls import commissions


def found_short(session, found, **how):
    """How many can judge each application that too few can, by its place."""
    places = {key.application_id: place for place, key in enumerate(found.keys)}
    rows = shortages.of_call(session, found.call_id, **how)
    return {places[one.application_id]: one.judges for one in rows}


def test_it_is_known_from_the_conflict_on_and_not_only_when_all_sheets_are_sent(session):
    found = commissions.world(session, applications=3)
    assert found_short(session, found) == {}
    commissions.conflict(session, found.evaluators[0], found.keys[1])
    assert found_short(session, found) == {1: 1}
    commissions.send(session, found.evaluators[1], found.keys[1], "8 6 6")
    assert found_short(session, found) == {1: 1}, "a sheet that was sent is no second person"


def test_before_the_opening_there_is_nothing_to_find(session):
    assert found_short(session, commissions.world(session, evaluators=0, opened=False)) == {}
    assert found_short(session, commissions.world(session, evaluators=0)) == {0: 0, 1: 0}


@pytest.mark.parametrize(("rule", "short"), [("count", {1: 1}), ("leave", {0: 1, 1: 1})])
def test_a_sheet_that_was_left_counts_as_the_call_says(session, now, rule, short):
    found = commissions.world(session, sheets_of_dismissed=rule)
    gone = found.evaluators[0]
    commissions.send(session, gone, found.keys[0], "8 6 6")
    foreseen = found_short(session, found, without=gone.person_id, keep=rule == "count")
    evaluators.dismiss(
        session, found.office, found.call_id, gone.person_id, now, reason=commissions.WHY
    )
    assert foreseen == found_short(session, found) == short
