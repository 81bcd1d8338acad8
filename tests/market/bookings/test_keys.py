"""Whose booking it is: the members of the household and the coordinators of its centre."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from kit.errors import NotFound
from market.bookings.keys import BookingKey, check_actor, require, share
from people import roles
from people.actors import Actor
from tests import make as people_make
from tests.market import make

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


def key_of(session, at):
    return BookingKey(make.opened(session, at), make.household(session, at).id)


def test_who_may_book_holds_the_order_with_others(session, at):
    make.product(session, at)
    key = key_of(session, at)
    for ask in (require, share):
        ask(session, at.coordinator, key)
        ask(
            session,
            people_make.actor(session, None, ("member", "household", key.household_id)),
            key,
        )


def test_who_may_not_finds_nothing_and_holds_nothing(session, at):
    make.product(session, at)
    key, elsewhere = key_of(session, at), make.world(session)
    abroad = make.household(session, elsewhere)
    strange = [
        (elsewhere.coordinator, key),
        (at.coordinator, BookingKey(key.group_order_id, abroad.id)),
        (make.member(session, abroad), BookingKey(key.group_order_id, abroad.id)),
        (at.coordinator, BookingKey(10**12, key.household_id)),
    ]
    held = text(
        "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
    )
    before = session.scalar(held)
    for actor, there in strange:
        for ask in (require, share):
            with pytest.raises(NotFound):
                ask(session, actor, there)
    assert session.scalar(held) == before
