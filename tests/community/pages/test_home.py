"""The first page: for whoever passes by, and for a member."""

from datetime import timedelta

import pytest

from calls.applications import submissions
from people import roles
from people.tables import Person
from tests.calls import make as world
from tests.market import make


@pytest.fixture
def at(session):
    return make.world(session)


def test_a_visitor_sees_the_centres_and_what_is_open(client, session, at):
    make.product(session, at)
    make.opened(session, at, title="Verdure di stagione")
    session.commit()
    text = client.get("/").text
    assert "Una comunità che gira" in text and "Verdure di stagione" in text


def test_a_member_finds_four_answers(client, session, at, sign_in):
    apples = make.pieces(session, at)
    family = make.household(session, at, credit=5000)
    order_id = make.opened(session, at, title="Verdure di stagione")
    make.book(session, at, order_id, family, (apples.id, 3))
    member = make.member(session, family)
    session.commit()
    sign_in(client, session.get(Person, member.person_id))
    text = client.get("/").text
    for answer in (
        "Che cosa posso ordinare",
        "Che cosa ho prenotato",
        "Che cosa ritiro",
        "6,00\u00a0€",
        "50,00\u00a0€",
    ):
        assert answer in text


def test_the_home_costs_the_same_statements_for_one_household_and_for_four(
    client, session, at, sign_in, connection
):
    count = make.counter(connection)
    first = make.household(session, at)
    member = make.member(session, first)
    person = session.get(Person, member.person_id)
    session.commit()
    sign_in(client, person)
    small = count(lambda: client.get("/"))
    for _ in range(3):
        other = make.household(session, at)
        roles.grant(session, None, person.id, roles.MEMBER, "household", other.id, at.now)
    session.commit()
    assert count(lambda: client.get("/")) == small <= 6


def test_somebody_without_a_role_is_led_to_the_calls(client, session, sign_in):
    from tests import make as people_make

    person = people_make.person(session)
    session.commit()
    sign_in(client, person)
    assert 'href="/calls"' in client.get("/").text


def test_home_says_of_each_application_whether_it_is_sent(client, session, sign_in, now):
    from tests import make as people_make

    call, person = world.call(session), people_make.person(session)
    actor = people_make.actor(session, person)
    application_id = world.draft(session, call, actor)
    session.commit()
    sign_in(client, person)
    assert "Si invia fino a" in client.get("/").text
    submissions.submit(session, actor, application_id, now)
    session.commit()
    page = client.get("/").text
    assert "Inviata: ne hai la ricevuta." in page and "Si invia fino a" not in page


def test_home_says_when_the_time_to_send_is_over(client, session, sign_in, now):
    from tests import make as people_make

    begun, person = now - timedelta(days=30), people_make.person(session)
    call = world.call(session, begun)
    world.draft(session, call, people_make.actor(session, person), begun)
    session.commit()
    sign_in(client, person)
    page = client.get("/").text
    assert "Non inviata: il termine era" in page and "Si invia fino a" not in page
