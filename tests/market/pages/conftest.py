"""Somebody signed in before the pages of a centre."""

from collections.abc import Callable
from typing import Any

import pytest

from people.tables import Person
from tests import make as people_make


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
