"""What wants a look before a ranking is published."""

from calls.rankings import doubts
from tests.calls import commissions


def test_an_even_call_without_ties_has_nothing_to_look_at_but_whose_sheets_there_are(session):
    found = commissions.world(session)
    commissions.send_all(session, found)
    seen = doubts.of_call(session, found.call_id)
    assert (seen.doubles, seen.ties, seen.lacking, seen.uneven, seen.left) == ([], [], [], [], [])
    assert [len(who.codes) for who in seen.sheets] == [2, 2]
    assert doubts.apart(session, found.call_id) == ((), 0, 0)


def test_too_few_sheets_and_fewer_than_others_are_told_apart(session):
    found = commissions.world(session, applications=3, evaluators=3)
    first, second, third = found.evaluators
    for evaluator, keys in ((first, found.keys), (second, found.keys[:2]), (third, found.keys[:1])):
        for key in keys:
            commissions.send(session, evaluator, key, "8 8 8")
    seen = doubts.of_call(session, found.call_id)
    assert [row.sheets for row in seen.lacking] == [1]
    assert [row.sheets for row in seen.uneven] == [2]


def test_an_excluded_application_lacks_nothing(session):
    found = commissions.world(session, applications=0, opened=False)
    code = commissions.code_of(0)
    for number, tax_code in enumerate((code, code, "")):
        commissions.add_application(session, found, number, tax_code=tax_code)
    commissions.open_and_declare(session, found)
    for evaluator in found.evaluators:
        for key in (found.keys[0], found.keys[2]):
            commissions.send(session, evaluator, key, "8 8 8")
    waiting = doubts.of_call(session, found.call_id)
    assert (waiting.undecided, waiting.excluded) == (1, frozenset())
    assert [line.sheets for line in waiting.lacking] == [0]
    commissions.decide_last(session, found)
    seen = doubts.of_call(session, found.call_id)
    assert (seen.lacking, seen.uneven) == ([], [])
    assert seen.excluded == {found.keys[1].application_id}
