"""The second step as a browser takes it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit import clock
from people import codes, guesses, known_devices, passwords, roles, sign_ins
from people.tables.sessions import PersonSession
from tests import make
from tests.ended import end, resumed, send
from tests.forms import sent_to
from tests.people.test_codes import code_at, with_app
from tests.people.test_links import reset

PASSWORD, NEW = "tre-cavalli-bianchi", "quattro-gatti-neri"
PATH = "/sign-in/second"


class Anna:
    """Somebody with an app and codes on paper."""

    def __init__(self, session, now):
        hashed = passwords.hash_password(PASSWORD)
        self.person = make.person(session, "Anna Bianchi", password_hash=hashed)
        self.known = with_app(session, now - timedelta(days=1), self.person)[1]
        self.papers = codes.new_recovery_codes(session, self.person.id, now)
        self.id, self.email = self.person.id, self.person.email


@pytest.fixture
def anna(session, now):
    found = Anna(session, now)
    session.commit()
    return found


def enter(client, anna, **fields):
    data = {"email": anna.email, "password": PASSWORD, **fields}
    return client.post("/sign-in", data=data, follow_redirects=False)


def take(client, page, code, **fields):
    data = {**sent_to(page, PATH), "one-time-code": code, **fields}
    return client.post(PATH, data=data, follow_redirects=False)


def good(session, anna):
    return code_at(anna.known, clock.now(session))


def opened(session):
    return session.scalar(select(func.count()).select_from(PersonSession))


def test_after_the_password_a_code_is_asked_and_then_the_way_goes_on(client, session, anna):
    page = enter(client, anna, next="/account")
    assert page.status_code == 200 and "La password va bene" in page.text
    assert 'inputmode="numeric"' in page.text and 'autocomplete="one-time-code"' in page.text
    assert "set-cookie" not in page.headers and opened(session) == 0
    assert PASSWORD not in page.text
    answer = take(client, page, good(session, anna))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert known_devices.COOKIE in answer.cookies
    assert "Anna Bianchi" in client.get("/account").text


def test_a_wrong_code_is_said_in_words_and_stays_out_of_the_page(client, session, anna):
    page = enter(client, anna)
    for typed, says in (("", "Scrivi il codice"), ("000777", "Il codice non è questo")):
        page = take(client, page, typed)
        assert page.status_code == 422 and says in page.text and "000777" not in page.text
    assert opened(session) == 0
    assert take(client, page, good(session, anna)).status_code == 303


def test_whoever_has_lost_the_phone_uses_a_code_on_paper_once(client, session, anna):
    page = enter(client, anna)
    assert "Ho perso il telefono" in page.text
    page = take(client, page, "", instead="paper")
    assert page.status_code == 200 and "Codice di recupero" in page.text
    assert 'inputmode="numeric"' not in page.text
    page = take(client, page, "aaaa-bbbb-cccc-dddd")
    assert page.status_code == 422 and "Codice di recupero" in page.text
    answer = take(client, page, anna.papers[0].lower())
    assert answer.status_code == 303
    assert "codice di recupero, che adesso è usato. Te ne restano 9." in client.get("/").text
    client.cookies.clear()
    page = take(client, enter(client, anna), "", instead="paper")
    assert take(client, page, anna.papers[0]).status_code == 422
    page = take(client, page, "", instead="app")
    assert "Codice dell" in page.text


def test_after_too_many_wrong_ones_the_page_says_when_to_come_back(client, session, anna):
    page = enter(client, anna)
    for _ in range(guesses.CODE.most):
        page = take(client, page, "000777")
        assert page.status_code == 422
    page = take(client, page, good(session, anna))
    assert page.status_code == 429 and page.headers["retry-after"]
    assert "usa un codice di recupero" in page.text


def test_a_paper_that_is_good_no_longer_leads_back_to_the_password(client, session, anna):
    page = enter(client, anna, next="/account")
    codes.forget(session, anna.id)
    session.commit()
    answer = take(client, page, good(session, anna))
    assert answer.status_code == 422 and "entra di nuovo" in answer.text
    assert sent_to(answer, "/sign-in")["next"] == "/account"
    made_up = client.post(PATH, data={"half-way": "x" * 60, "one-time-code": "000777"})
    assert made_up.status_code == 422 and opened(session) == 0


def test_a_link_for_a_new_password_asks_for_it_too(client, session, now, anna):
    token = reset(session, now, anna.person)
    session.commit()
    data = {"password": NEW, "again": NEW}
    page = client.post(f"/links/{token}", data=data, follow_redirects=False)
    assert page.status_code == 200 and "Secondo passo" in page.text and opened(session) == 0
    assert take(client, page, good(session, anna)).status_code == 303


def test_the_way_on_is_one_of_ours(client, session, anna):
    page = enter(client, anna)
    answer = take(client, page, good(session, anna), next="https://evil.example/")
    assert answer.headers["location"] == "/"


def test_what_was_being_typed_comes_along(client, session, anna, sign_in):
    path, typed = "/people/invitations", {"email": "nuova@esempio.it", "name": "Nuova Bianchi"}
    roles.grant(session, None, anna.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    sign_in(client, anna.person)
    fields = {**sent_to(client.get("/people"), path), **typed}
    end(session, anna.id)
    asked = send(client, path, fields, "/people")
    assert asked.status_code == 401 and "non ancora salvato" in asked.text
    kept = {**sent_to(asked, "/sign-in"), "email": anna.email, "password": PASSWORD}
    page = client.post("/sign-in", data=kept, follow_redirects=False)
    assert page.status_code == 200 and "data-unsaved" in page.text
    page = take(client, page, "", instead="paper")
    page = take(client, page, "wrong")
    back = take(client, page, anna.papers[0])
    assert back.status_code == 200 and "Sei di nuovo dentro" in back.text
    client.cookies.set(sign_ins.COOKIE, back.cookies[sign_ins.COOKIE])
    again = resumed(client, back, path)
    assert again.status_code == 422 and typed.items() <= sent_to(again, path).items()


def test_who_has_no_second_step_is_asked_for_none(client, session):
    bruno = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    assert enter(client, bruno).status_code == 303


def test_an_unknown_address_and_a_wrong_password_do_not_tell_of_a_second_step(client, anna):
    strip = re.compile(r'value="[^"]*"|[0-9a-f]{16}')
    pages = [
        client.post("/sign-in", data={"email": email, "password": "sbagliata-davvero"})
        for email in (anna.email, "nessuno@esempio.it")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    assert strip.sub("", pages[0].text) == strip.sub("", pages[1].text)
