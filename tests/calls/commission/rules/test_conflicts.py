"""Who may not judge what: by account, by tax code, by household, in both directions."""

import pytest

from calls.commission.rules import conflicts
from calls.commission.rules.conflicts import DOUBLE, HOUSEHOLD, OWN, RIVAL, SAME_CODE, Party
from kit.errors import Refused

CODE = "FRRGLI98E43D150K"


def party(person_id, codes=(), households=()):
    return Party(person_id, frozenset(codes), frozenset(households))


@pytest.mark.parametrize(
    ("evaluator", "applicant", "expected"),
    [
        (party(1), party(1), OWN),
        (party(1, [CODE], [7]), party(1, [CODE], [7]), OWN),
        (party(1, [CODE]), party(2, [CODE]), SAME_CODE),
        (party(1, [], [7, 8]), party(2, [], [8]), HOUSEHOLD),
        (party(1, [CODE], [7]), party(2, ["RSSMRA80A01D150J"], [8]), None),
        (party(1), party(2), None),
    ],
)
def test_a_tie_is_the_strongest_and_the_same_in_both_directions(evaluator, applicant, expected):
    assert conflicts.tie(evaluator, applicant) == expected
    assert conflicts.tie(applicant, evaluator) == expected


def test_who_applies_judges_nobody_and_a_household_only_takes_its_own_away():
    applicants = {11: party(1), 12: party(2, [], [7]), 13: party(3)}
    assert conflicts.found(party(1), applicants) == {11: OWN, 12: RIVAL, 13: RIVAL}
    assert conflicts.found(party(9, [], [7]), applicants) == {12: HOUSEHOLD}
    assert conflicts.found(party(9), applicants) == {}


def test_a_tie_with_one_application_reaches_all_of_the_same_tax_code_and_nobody_elses():
    applicants = {
        11: party(1, [CODE], [7]),
        12: party(2, [CODE]),
        13: party(3, ["RSSMRA80A01D150J"]),
        14: party(4),
        15: party(5),
    }
    assert conflicts.found(party(9, [], [7]), applicants) == {11: HOUSEHOLD, 12: DOUBLE}
    assert conflicts.found(party(9), applicants, [12]) == {11: DOUBLE}
    assert conflicts.found(party(9), applicants, [11, 12]) == {}
    assert conflicts.found(party(9), applicants, [14]) == {}  # no code is nobody's code
    assert conflicts.tie(party(9), party(2), double=True) == DOUBLE
    assert conflicts.tie(party(2), party(2), double=True) == OWN


def test_who_applies_and_is_tied_to_another_is_told_the_nearer_tie():
    applicants = {11: party(1), 12: party(2, [CODE], [7]), 13: party(3, [CODE]), 14: party(4)}
    found = conflicts.found(party(1, [], [7]), applicants)
    assert found == {11: OWN, 12: HOUSEHOLD, 13: DOUBLE, 14: RIVAL}


@pytest.mark.parametrize("tie", [OWN, SAME_CODE, HOUSEHOLD, DOUBLE, RIVAL])
def test_every_tie_stops_an_act_in_words_and_has_words_for_the_office(tie):
    with pytest.raises(Refused, match="Non puoi valutare"):
        conflicts.check_free(tie)
    assert conflicts.WORDS[tie]
    conflicts.check_free(None)


def test_who_judges_or_works_in_the_office_does_not_apply():
    conflicts.check_may_apply(judges=False, in_office=False)
    with pytest.raises(Refused, match="Sei nella commissione"):
        conflicts.check_may_apply(judges=True, in_office=False)
    with pytest.raises(Refused, match="Lavori nell'ufficio"):
        conflicts.check_may_apply(judges=False, in_office=True)


def test_nobody_appoints_themselves_nor_who_applies():
    conflicts.check_may_appoint(oneself=False, name="Rita", ties=[HOUSEHOLD])
    with pytest.raises(Refused, match="se stesso"):
        conflicts.check_may_appoint(oneself=True, name="Rita", ties=[])
    for tie in (OWN, SAME_CODE):
        with pytest.raises(Refused, match="ha una domanda"):
            conflicts.check_may_appoint(oneself=False, name="Rita", ties=[tie])
