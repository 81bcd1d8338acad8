"""Somebody signed in before the pages of a centre."""

from collections.abc import Callable
from typing import Any

import pytest

from people.tables.persons import Person
from tests import make as people_make
from tests.market import make


@pytest.fixture
def enter(session, client, sign_in) -> Callable[..., Any]:
    """Sign somebody in who holds exactly these roles: `enter(("driver", "centre", 3))`."""

    def _enter(*grants: tuple[str, str, int]) -> Any:
        who = people_make.actor(session, None, *grants)
        session.commit()
        return sign_in(client, session.get(Person, who.person_id))

    return _enter


@pytest.fixture
def coordinator(enter, at):
    return enter(("coordinator", "centre", at.centre.id))


@pytest.fixture
def scene(session, at, client, sign_in):
    """A member signed in before an order with apples by the kilo and boxes in cases of 6."""
    apples = make.product(session, at, "Mele", step=500)
    boxes = make.pieces(session, at, case_size=6, whole_cases=True)
    family = make.household(session, at)
    order_id = make.opened(session, at)
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    return type(
        "Scene",
        (),
        {
            "apples": apples,
            "boxes": boxes,
            "family": family,
            "order_id": order_id,
            "path": f"/group-orders/{order_id}/booking",
        },
    )
