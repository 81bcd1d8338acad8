"""What may tie two people, asked as columns; what follows from it stands in test_siblings.py."""

from sqlalchemy import literal, select

from calls.commission import parties
from calls.commission.rules.conflicts import Party
from calls.tables.envelopes import OpenedApplication
from people import roles
from tests import make
from tests.calls import commissions

HOUSEHOLD = 4713


def doubles(session, found, evaluator):
    rows = session.scalars(
        select(OpenedApplication.application_id).where(
            OpenedApplication.call_id == found.call_id,
            parties.double(literal(evaluator.person_id)),
        )
    ).all()
    return {[key.application_id for key in found.keys].index(id_) for id_ in rows}


def test_only_what_the_same_person_sent_to_the_same_call_is_a_double(session, now):
    code = commissions.code_of(5)
    calls = [commissions.world(session, applications=0, opened=False) for _ in range(2)]
    for found in calls:
        for number in range(2):
            commissions.add_application(session, found, number, tax_code=code)
        commissions.open_and_declare(session, found)
    judge = calls[0].evaluators[0]
    assert doubles(session, calls[0], judge) == set()
    commissions.conflict(session, judge, calls[0].keys[1])
    # The other was recorded with it, so each is a double of the other; the other call is not.
    assert doubles(session, calls[0], judge) == {0, 1}
    assert doubles(session, calls[0], calls[0].evaluators[1]) == set()
    assert doubles(session, calls[1], judge) == set()


def test_a_household_of_whoever_sent_one_makes_the_other_a_double(session, now):
    found = commissions.world(session, applications=0, opened=False)
    for number in range(2):
        commissions.add_application(session, found, number, tax_code=commissions.code_of(5))
    commissions.open_and_declare(session, found)
    judge, who = found.evaluators[0], commissions.applicant(session, found.keys[0])
    for person_id in (judge.person_id, who.person_id):
        roles.grant(session, None, person_id, roles.MEMBER, "household", HOUSEHOLD, now)
    assert doubles(session, found, judge) == {1}


def test_a_party_has_no_empty_code_and_nothing_where_nothing_is_known(session, now):
    assert parties.party(1, ["", "X"], None) == Party(1, frozenset({"X"}), frozenset())
    person = make.person(session)
    asked = select(
        *(
            column(literal(person.id)).label(name)
            for name, column in (
                ("homes", parties.households),
                ("codes", parties.tax_codes),
                ("declared", parties.declared),
            )
        )
    )
    assert tuple(session.execute(asked).one()) == (None, None, None)
