"""What households have, hold back and may still spend."""

import pytest

from kit.errors import NotFound
from market.centres import households, purses
from tests.market import make


def test_the_room_is_balance_and_limit_less_what_is_held_back(session, at, order_id):
    households.set_limit(session, at.coordinator, at.first.id, 5_000, at.now)
    purse = purses.get(session, at.first.id)
    held = 5 * 200 + 850
    assert (purse.balance, purse.limit_cents, purse.commitment_cents) == (10_000, 5_000, held)
    assert purse.room == 15_000 - held


def test_an_absent_household_has_no_purse(session):
    with pytest.raises(NotFound):
        purses.get(session, 10**12)


def test_a_member_sees_the_own_purses_and_nobody_elses(session, at, statements):
    mine = make.household(session, at)
    make.household(session, at)
    actor = make.member(session, mine)
    assert [purse.id for purse in purses.of_member(session, actor)] == [mine.id]
    assert statements(lambda: purses.of_member(session, actor)) == 1
    assert purses.of_member(session, at.coordinator) == []


def test_a_centre_lists_its_households_with_their_members(session, at, statements):
    second, first = make.household(session, at, "B2"), make.household(session, at, "A1", credit=0)
    make.member(session, second)
    found = purses.of_centre(session, at.coordinator, at.centre.id)
    assert [(each.id, each.balance, each.members, each.room) for each in found] == [
        (first.id, 0, 0, 0),
        (second.id, 10_000, 1, 10_000),
    ]
    assert statements(lambda: purses.of_centre(session, at.coordinator, at.centre.id)) == 1


def test_a_treasurer_or_another_centre_finds_no_list(session, at):
    other = make.world(session)
    with pytest.raises(NotFound):
        purses.of_centre(session, other.coordinator, at.centre.id)
