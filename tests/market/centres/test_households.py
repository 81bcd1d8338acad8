"""Centres welcome households; each has a card, an account and a limit."""

import pytest
from sqlalchemy import select

from kit.audit import AuditEvent
from kit.errors import Invalid, NotFound, Refused
from ledger import accounts
from market.centres import households, purses
from market.centres.households import NewHousehold
from tests.market import make


def test_a_welcomed_household_has_an_account_and_no_commitment(session, at):
    new = NewHousehold("a-1", "Rossi", language="en", limit_cents=500)
    family = households.welcome(session, at.coordinator, at.centre.id, new, at.now)
    assert family.code == "A-1"
    assert accounts.balance(session, family.account_id) == 0
    purse = purses.get(session, family.id)
    assert (purse.balance, purse.commitment_cents, purse.room) == (0, 0, 500)
    query = select(AuditEvent.after).where(AuditEvent.action == "market.household.welcomed")
    (kept,) = session.scalars(query.where(AuditEvent.subject_id == family.id))
    assert kept == {"code": "A-1", "centre_id": at.centre.id, "limit_cents": 500}


def test_a_card_number_belongs_to_one_household_of_a_centre(session, at):
    make.household(session, at, "T1")
    with pytest.raises(Refused, match="già di un'altra famiglia"):
        households.welcome(session, at.coordinator, at.centre.id, NewHousehold("t1", "X"), at.now)
    make.household(session, make.world(session), "T1")


@pytest.mark.parametrize("code", ["", "è", "A B", "-", "A" * 21])
def test_a_code_that_nobody_can_type_is_refused(session, at, code):
    with pytest.raises(Invalid):
        households.welcome(session, at.coordinator, at.centre.id, NewHousehold(code, "X"), at.now)


def test_only_coordinators_welcome_and_set_limits(session, at):
    family = make.household(session, at)
    actor = make.member(session, family)
    with pytest.raises(NotFound):
        households.welcome(session, actor, at.centre.id, NewHousehold("Z", "Z"), at.now)
    with pytest.raises(NotFound):
        households.set_limit(session, actor, family.id, 100, at.now)
    before = family.limit_cents
    households.set_limit(session, at.coordinator, family.id, 100, at.now)
    query = select(AuditEvent.before, AuditEvent.after)
    (kept,) = session.execute(query.where(AuditEvent.action == "market.household.limit_set"))
    assert tuple(kept) == ({"limit_cents": before}, {"limit_cents": 100})
    assert purses.get(session, family.id).room == 10_100
    with pytest.raises(Invalid):
        households.set_limit(session, at.coordinator, family.id, -1, at.now)


def test_a_person_sees_the_households_it_books_for(session, at):
    mine = make.household(session, at)
    make.household(session, at)
    assert households.of_member(session, make.member(session, mine)) == [mine]
    assert households.of_member(session, at.coordinator) == []
    assert households.of_centre(session, at.centre.id)[0].id == mine.id
