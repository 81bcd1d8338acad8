"""One person's page for the administration: each role with its times, and taking one back."""

from datetime import timedelta

import pytest

from kit.rome import to_rome
from kit.words import text
from people import role_ends, roles, sign_ins
from tests import make
from tests.forms import sent_to
from tests.market import make as market


@pytest.fixture
def admin(session, client, sign_in, now):
    person = make.person(session, "Ada Regina")
    roles.grant(session, None, person.id, *roles.ADMINISTRATION, now)
    session.commit()
    sign_in(client, person)
    return person


def test_it_says_since_when_given_by_whom_and_until_when(client, session, admin, now):
    at, ugo = market.world(session), make.person(session, "Ugo Lodi")
    day = to_rome(now).date() + timedelta(days=30)
    until = role_ends.last_instant(day, now)
    driver = (roles.DRIVER, "centre", at.centre.id)
    roles.grant(session, admin.id, ugo.id, *driver, now, until=until)
    roles.grant(session, None, ugo.id, roles.OFFICE, "calls", 0, now)
    session.commit()
    page = client.get(f"/people/{ugo.id}").text
    for words in (
        f"consegne, {at.centre.name}",
        "Ada Regina",
        text.day(day),
        text.day(now),
        "ufficio bandi, tutti i bandi",
        "il sistema",
        "senza una fine",
    ):
        assert words in page, words
    listed = client.get("/people?q=lodi").text
    assert f"(fino a {text.day(day)})" in listed and f'href="/people/{ugo.id}"' in listed


def test_a_role_that_is_taken_away_works_no_more_from_the_next_request_on(
    client, application, session, admin, sign_in, now
):
    at, ugo = market.world(session), make.person(session, "Ugo Lodi")
    roles.grant(session, None, ugo.id, roles.DRIVER, "centre", at.centre.id, now)
    session.commit()
    token = sign_ins.open_session(session, ugo.id, "test", now, make.actor(session).proved)
    session.commit()
    inside = sign_ins.actor_of(session, token)
    assert inside is not None and inside.has(roles.DRIVER, "centre", at.centre.id)
    path = f"/people/{ugo.id}/revocations"
    answer = client.post(path, data=sent_to(client.get(f"/people/{ugo.id}"), path))
    assert answer.status_code == 200 and "Il ruolo è tolto" in answer.text
    assert sign_ins.actor_of(session, token) is None, "signed out, as nothing may stay on a screen"
    assert "Nessun ruolo" in client.get(f"/people/{ugo.id}").text


def test_the_last_treasurer_does_not_leave_alone_but_somebody_else_may_decide_it(
    client, session, admin, now
):
    at = market.world(session)
    treasurer = (roles.TREASURER, "centre", at.centre.id)
    roles.grant(session, None, admin.id, *treasurer, now)
    session.commit()
    fields = {"role": ":".join(map(str, treasurer))}
    own = client.post(f"/people/{admin.id}/revocations", data=fields)
    assert own.status_code == 409 and "Nessun altro ha questo ruolo" in own.text
    other = make.person(session, "Ugo Lodi")
    roles.grant(session, None, other.id, *treasurer, now)
    session.commit()
    assert client.post(f"/people/{admin.id}/revocations", data=fields).status_code == 200
    assert client.post(f"/people/{other.id}/revocations", data=fields).status_code == 200


def test_nobody_else_finds_it_and_whoever_is_not_there_looks_the_same(client, session, sign_in):
    person = make.person(session)
    session.commit()
    sign_in(client, person)
    assert client.get(f"/people/{person.id}").status_code == 404


def test_who_is_not_there_is_absent(client, admin):
    assert client.get("/people/999999999").status_code == 404
    assert client.post("/people/999999999/revocations", data={"role": "x"}).status_code == 404
