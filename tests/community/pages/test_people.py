"""People and roles: only for the administration."""

import html
import re

import pytest
from sqlalchemy import select

from kit.mail import Mail
from people import roles
from people.tables import RoleGrant
from tests import make
from tests.calls import make as calls
from tests.forms import filled
from tests.market import make as market


@pytest.fixture
def admin(session, client, sign_in, now):
    person = make.person(session, "Ada Regina")
    roles.grant(session, None, person.id, roles.ADMINISTRATOR, "house", 0, now)
    session.commit()
    sign_in(client, person)
    return person


def test_nobody_else_finds_the_page(client, session, sign_in):
    person = make.person(session)
    session.commit()
    sign_in(client, person)
    assert client.get("/people").status_code == 404
    assert client.post("/people/invitations", data={}).status_code == 404
    assert client.post(f"/people/{person.id}/revocations", data={}).status_code == 404


def test_an_invitation_is_written_for_somebody_new(client, session, admin):
    at = market.world(session)
    session.commit()
    fields = {
        "email": "nuovo@esempio.it",
        "name": "Ivo Bossi",
        "role": f"driver:centre:{at.centre.id}",
    }
    data = filled(client, "/people", fields, "/people/invitations")
    for _ in range(2):
        answer = client.post("/people/invitations", data=data)
        assert answer.status_code == 200 and "parte per nuovo@esempio.it" in answer.text
    assert session.scalars(select(Mail).where(Mail.to == "nuovo@esempio.it")).one()


def test_who_signs_in_already_gets_a_role_and_no_letter_is_claimed(client, session, admin):
    at = market.world(session)
    known = make.person(session, "Ugo Lodi", email="ugo@esempio.it")
    session.commit()
    fields = {"email": "ugo@esempio.it", "name": "Ugo", "role": f"driver:centre:{at.centre.id}"}
    answer = client.post("/people/invitations", data=fields)
    assert "Ugo entra già con ugo@esempio.it" in answer.text and "parte per" not in answer.text
    assert session.scalars(select(Mail)).all() == []
    held = session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == known.id))
    assert held.all() == ["driver"]


def test_a_wrong_invitation_keeps_what_was_typed(client, session, admin):
    fields = {"email": "storto", "name": "Ivo Bossi", "role": "owner:house:0"}
    answer = client.post("/people/invitations", data=fields)
    assert answer.status_code == 422 and 'value="Ivo Bossi"' in answer.text
    assert 'value="storto"' in answer.text


def test_a_role_is_taken_back_once(client, session, admin, now):
    at = market.world(session)
    person = make.person(session, "Ugo Lodi")
    roles.grant(session, None, person.id, roles.DRIVER, "centre", at.centre.id, now)
    session.commit()
    fields = {"role": f"driver:centre:{at.centre.id}"}
    path = f"/people/{person.id}/revocations"
    assert client.post(path, data=fields).status_code == 200
    assert client.post(path, data=fields).status_code == 409
    left = select(RoleGrant).where(RoleGrant.person_id == person.id)
    assert session.scalars(left).all() == []


def test_every_role_is_said_in_words(client, session, admin, now):
    """Also those given elsewhere: to families by their centres, to a commission by its call."""
    at = market.world(session)
    family, call = market.household(session, at), calls.call(session)
    person = make.person(session, "Ugo Lodi")
    roles.grant(session, None, person.id, roles.MEMBER, "household", family.id, now)
    roles.grant(session, None, person.id, roles.EVALUATOR, "call", call.call_id, now)
    session.commit()
    text = client.get("/people?q=lodi").text
    shown = re.findall(r'class="fl-role">([^<]*)<', text)
    titled = f"commissione di valutazione, {call.title}"
    assert sorted(html.unescape(label).strip() for label in shown) == [titled, "famiglia"]


def test_the_search_finds_by_part_of_a_name(client, session, admin):
    make.person(session, "Ermenegilda Zucchi")
    session.commit()
    assert "Ermenegilda" in client.get("/people?q=zucc").text
    assert "Ermenegilda" not in client.get("/people?q=nessuno%25").text


def test_each_button_that_takes_a_role_says_whose_and_which(client, session, admin):
    page = client.get("/people?q=regina").text
    assert 'aria-label="Togli a Ada Regina il ruolo: amministrazione"' in page


def test_what_is_pasted_along_unseen_hinders_no_search(client, session, admin):
    make.person(session, "Ugo Lodi")
    session.commit()
    answer = client.get("/people?q=Ugo%00%E2%80%AE+Lodi")
    assert answer.status_code == 200 and "persona" in answer.text and "Ugo Lodi" in answer.text
