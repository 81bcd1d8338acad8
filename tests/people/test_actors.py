"""Who acts: what a person holds, and that what is not theirs looks absent."""

from datetime import UTC, datetime

import pytest

from kit.errors import NotFound
from people import roles
from people.actors import Actor, NotSignedIn
from tests import make


def test_a_role_holds_in_its_scope_only(session):
    actor = make.actor(session, None, (roles.COORDINATOR, "centre", 3))
    assert actor.has(roles.COORDINATOR, "centre", 3)
    assert not actor.has(roles.COORDINATOR, "centre", 4)
    with pytest.raises(NotFound):
        actor.require(roles.TREASURER, "centre", 3)


GRANTS = [
    (roles.COORDINATOR, "centre", 12),
    (roles.COORDINATOR, "centre", 3),
    (roles.TREASURER, "centre", 3),
    (roles.MEMBER, "household", 3),
]


def acting(*grants):
    now = datetime(2026, 12, 1, tzinfo=UTC)
    return Actor(1, "Anna", "anna@esempio.it", "it", 1, frozenset(grants), now)


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        (GRANTS[0], True),
        ((roles.TREASURER, "centre", 12), False),
        ((roles.COORDINATOR, "household", 3), False),
        ((roles.MEMBER, "household", 12), False),
    ],
)
def test_role_kind_and_id_have_to_fit_together(asked, held):
    actor = acting(*GRANTS)
    assert actor.has(*asked) is held
    if held:
        actor.require(*asked)
    else:
        with pytest.raises(NotFound):
            actor.require(*asked)


def test_the_scopes_of_a_role_come_in_order_and_of_one_kind():
    actor = acting(*GRANTS)
    assert actor.scopes(roles.COORDINATOR, "centre") == (3, 12)
    assert actor.scopes(roles.MEMBER, "household") == (3,)
    assert actor.scopes(roles.MEMBER, "centre") == ()


def test_the_kinds_held_say_nothing_of_which():
    assert acting(*GRANTS).kinds() == {
        (roles.COORDINATOR, "centre"),
        (roles.TREASURER, "centre"),
        (roles.MEMBER, "household"),
    }
    assert acting().kinds() == frozenset()


def test_nobody_signed_in_is_sent_to_sign_in():
    assert (NotSignedIn().status, str(NotSignedIn())) == (401, "Accedi per continuare.")
