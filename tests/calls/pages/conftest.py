"""Who stands before the pages of the calls."""

import pytest

from people.tables.persons import Person
from tests import make
from tests.calls import make as world


@pytest.fixture
def applicant(session, client, sign_in):
    """A signed-in young person and an open call."""
    person = make.person(session, "Giulia Ferrari")
    call = world.call(session)
    sign_in(client, person)
    return make.actor(session, person), call


@pytest.fixture
def office(session, client, sign_in):
    """A signed-in member of the office for all calls."""
    actor = world.office(session)
    sign_in(client, session.get(Person, actor.person_id))
    return actor
