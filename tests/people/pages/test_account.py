"""Changing one's own password, as a browser does it."""

import re

import pytest
from sqlalchemy import select

from people import guesses, known_devices, passwords, proofs, sign_ins
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.forms import sent_to

OLD, NEW = "tre-cavalli-bianchi", "quattro-gatti-neri"
TYPED = {"old": OLD, "password": NEW, "again": NEW}


@pytest.fixture
def anna(session, client, sign_in):
    found = make.person(session, password_hash=passwords.hash_password(OLD))
    session.commit()
    sign_in(client, found)
    return found


def send(client, **typed):
    return client.post("/account/password", data={**TYPED, **typed}, follow_redirects=False)


def is_password(session, person, password):
    session.expire_all()
    kept = session.scalar(select(Person.password_hash).where(Person.id == person.id))
    return passwords.verify(kept, password)


def test_the_page_tells_a_password_manager_which_is_which(client, anna):
    text = client.get("/account/password").text
    assert 'href="/account/password"' in client.get("/account").text
    found = re.findall(r'name="(\w+)"[^>]*autocomplete="([\w-]+)"', text)
    assert found == [
        ("username", "username"),
        ("old", "current-password"),
        ("password", "new-password"),
        ("again", "new-password"),
    ]
    assert f'value="{anna.email}"' in text and "esci" in text


def test_whoever_changes_it_stays_inside_under_a_new_token_and_is_known_here(client, session, anna):
    before = client.cookies[sign_ins.COOKIE]
    answer = send(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    after = answer.cookies[sign_ins.COOKIE]
    assert after != before and answer.cookies[known_devices.COOKIE]
    client.cookies = answer.cookies
    assert "La password è cambiata" in client.get("/account").text
    assert sign_ins.actor_of(session, before) is None
    assert is_password(session, anna, NEW)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"old": ""}, "Scrivi la password di adesso"),
        ({"old": "sbagliata-davvero"}, "di adesso non è questa"),
        ({"again": "altra-cosa-lunga"}, "non sono uguali"),
        ({"password": "Password2026", "again": "Password2026"}, "troppo facile"),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_nothing_changes(
    client, session, anna, typed, says
):
    answer = send(client, **typed)
    assert answer.status_code == 422 and says in answer.text
    for word in {*TYPED.values(), *typed.values()} - {""}:
        assert word not in answer.text, "no password is ever shown"
    assert is_password(session, anna, OLD)
    assert client.get("/account").status_code == 200


def test_at_somebody_elses_screen_nobody_guesses_for_long(client, session, anna):
    for _ in range(guesses.OWN.most):
        assert send(client, old="sbagliata-davvero").status_code == 422
    answer = send(client)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert is_password(session, anna, OLD)


def test_a_form_of_an_earlier_session_is_shown_again_and_changes_nothing(
    client, session, anna, sign_in
):
    fields = {**sent_to(client.get("/account/password"), "/account/password"), **TYPED}
    sign_in(client, anna)
    del client.headers["X-CSRF-Token"]
    answer = client.post("/account/password", data=fields, follow_redirects=False)
    assert answer.status_code in (303, 422) and is_password(session, anna, OLD)


def test_a_strangers_form_changes_nothing(client, session, anna):
    client.headers["X-CSRF-Token"] = "0" * 64
    assert send(client).status_code == 403
    assert is_password(session, anna, OLD)


def test_nobody_changes_a_password_without_being_inside(client, session, anna):
    client.cookies.clear()
    assert send(client).status_code in (303, 401)
    assert is_password(session, anna, OLD)


def sessions_of(session, person):
    return session.scalars(
        select(PersonSession).where(PersonSession.person_id == person.id).order_by(PersonSession.id)
    ).all()


def test_another_device_is_signed_out_by_its_button(client, session, anna, now):
    other = sign_ins.open_session(session, anna.id, "iPhone Safari/604", now, proofs.BY_PASSWORD)
    session.commit()
    page = client.get("/account")
    assert all(each in page.text for each in ("iPhone, con Safari", "da oggi", "questo"))
    (this, phone) = sessions_of(session, anna)
    path = f"/account/sessions/{phone.id}/sign-out"
    answer = client.post(path, data=sent_to(page, path))
    assert "Quel dispositivo è uscito" in answer.text and "iPhone" not in answer.text
    assert sign_ins.actor_of(session, other) is None
    assert [one.id for one in sessions_of(session, anna)] == [this.id]
    assert client.post(path, data=sent_to(page, path)).status_code == 404


def test_ending_this_one_leads_out(client, session, anna):
    (this,) = sessions_of(session, anna)
    path = f"/account/sessions/{this.id}/sign-out"
    data = sent_to(client.get("/account"), path)
    answer = client.post(path, data=data, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert sessions_of(session, anna) == []


def test_somebody_elses_device_looks_absent(client, session, anna):
    other = make.actor(session)
    session.commit()
    for id_ in (other.session_id, 999_999_999):
        answer = client.post(f"/account/sessions/{id_}/sign-out", data={})
        assert answer.status_code == 404
    assert session.get(PersonSession, other.session_id) is not None


def test_signing_out_everywhere_is_for_all_devices(client, session, anna):
    path = "/account/sign-out-everywhere"
    answer = client.post(path, data=sent_to(client.get("/account"), path), follow_redirects=False)
    assert answer.headers["location"] == "/sign-in" and sessions_of(session, anna) == []
