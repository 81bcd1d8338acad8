"""Whose booking it is: the members of the household and the coordinators of its centre."""

from datetime import UTC, datetime

import pytest

from kit.errors import NotFound
from market.bookings.keys import BookingKey, check_actor
from people import roles
from people.actors import Actor

HOUSEHOLD, CENTRE = 4, 9


def acting(*grants):
    now = datetime(2026, 12, 1, tzinfo=UTC)
    return Actor(1, "Anna", "anna@esempio.it", "it", 1, frozenset(grants), now)


@pytest.mark.parametrize(
    "grant",
    [(roles.MEMBER, "household", HOUSEHOLD), (roles.COORDINATOR, "centre", CENTRE)],
)
def test_its_members_and_the_coordinators_of_its_centre_pass(grant):
    check_actor(acting(grant), HOUSEHOLD, CENTRE)


@pytest.mark.parametrize(
    "grants",
    [
        [],
        [(roles.MEMBER, "household", HOUSEHOLD + 1)],
        [(roles.MEMBER, "household", CENTRE)],
        [(roles.COORDINATOR, "centre", CENTRE + 1)],
        [(roles.COORDINATOR, "centre", HOUSEHOLD)],
        [(roles.TREASURER, "centre", CENTRE), (roles.DRIVER, "centre", CENTRE)],
        [(roles.ADMINISTRATOR, "house", 0)],
    ],
)
def test_for_everybody_else_it_looks_absent(grants):
    with pytest.raises(NotFound):
        check_actor(acting(*grants), HOUSEHOLD, CENTRE)


def test_a_key_names_a_household_in_an_order():
    assert BookingKey(1, 2) == BookingKey(group_order_id=1, household_id=2) != BookingKey(2, 1)
