"""Before what cannot be undone a fresh proof is asked, and nothing typed is lost by it."""

from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from kit import clock
from kit.http import carried
from people import roles, sign_ins
from people.tables.persons import Person
from people.tables.roles import Invitation
from people.tables.sessions import PersonSession
from tests import make
from tests.ended import PASSWORD, may_sign_in, resumed, send, token
from tests.forms import sent_to
from tests.people.test_fresh_proofs import app_of

PATH, PAGE = "/people/invitations", "/people"
TYPED = {"email": "nuova@esempio.it", "name": "Nuova Bianchi", "role": "office:calls:0"}


@dataclass
class Prover:
    """A person and the code that their app shows now."""

    person: Person
    code: str


@pytest.fixture
def ada(session, client, sign_in):
    """An administrator who proved who she is, an hour ago, by two factors."""
    found = make.person(session, "Ada Regina")
    may_sign_in(session, found.id)
    roles.grant(session, None, found.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    sign_in(client, found)
    long_ago(session, found)
    code = app_of(session, found, clock.now(session))
    session.commit()
    return Prover(found, code)


def long_ago(session, person):
    mine = PersonSession.person_id == person.id
    before = PersonSession.proved_at - timedelta(hours=1)
    session.execute(update(PersonSession).where(mine).values(proved_at=before))
    session.commit()


def asked(client):
    fields = {**sent_to(client.get(PAGE), PATH), **TYPED}
    return send(client, PATH, fields, PAGE)


def confirm(client, page, person, **other):
    """Fill in the page that asks for the proof."""
    fields = {**sent_to(page, "/account/proof"), "password": PASSWORD, "one-time-code": person.code}
    answer = client.post("/account/proof", data={**fields, **other}, follow_redirects=False)
    if sign_ins.COOKIE in answer.cookies:
        client.cookies.clear()
        client.cookies.set(sign_ins.COOKIE, answer.cookies[sign_ins.COOKIE])
    return answer


def invited(session):
    return session.scalars(select(Invitation.email)).all()


def test_nothing_is_done_and_the_page_says_that_what_was_typed_is_here(ada, client, session):
    page = asked(client)
    assert page.status_code == 401 and invited(session) == []
    text = unescape(page.text)
    assert "Conferma che sei tu" in text and "Quello che hai scritto è qui con te" in text
    assert TYPED["name"] not in text and "one-time-code" in text
    assert set(sent_to(page, "/account/proof")) >= {"next", "carried", "password", "one-time-code"}


def test_after_the_proof_the_form_is_shown_filled_and_done_by_one_more_press(ada, client, session):
    back = confirm(client, asked(client), ada)
    text = unescape(back.text)
    assert back.status_code == 200 and "Confermato che sei tu" in text
    assert "Sei di nuovo dentro" not in text and f'href="{PAGE}"' in text
    shown = resumed(client, back, PATH)
    assert shown.status_code == 422 and invited(session) == []
    fields = sent_to(shown, PATH)
    assert {name: fields[name] for name in TYPED} == TYPED
    assert "Sei di nuovo dentro" not in unescape(shown.text)
    done = send(client, PATH, fields, PAGE)
    assert done.status_code == 303 and invited(session) == [TYPED["email"]]


def test_pages_that_stood_open_go_on_under_the_new_token(ada, client, session):
    open_before = {**sent_to(client.get(PAGE), PATH), **TYPED}
    confirm(client, client.get(f"/account/proof?next={PAGE}"), ada)
    assert send(client, PATH, open_before, PAGE).status_code == 303
    assert invited(session) == [TYPED["email"]]


def test_a_button_leads_back_to_its_page_with_what_it_shows_then(ada, client, session):
    other = make.person(session, "Bruno Ferri")
    roles.grant(session, None, other.id, roles.OFFICE, "calls", 0, clock.now(session))
    session.commit()
    page_of = f"/people/{other.id}"
    path = f"/people/{other.id}/revocations"
    fields = sent_to(client.get(page_of), path)
    led = send(client, path, fields, page_of)
    assert led.headers["location"] == f"/account/proof?next={page_of}&lost=unproved"
    page = client.get(led.headers["location"])
    assert "torni alla pagina dov'eri" in unescape(page.text) and "carried" not in page.text
    back = confirm(client, page, ada)
    assert back.status_code == 303 and back.headers["location"] == page_of
    fields = sent_to(client.get(page_of), path)
    assert send(client, path, fields, page_of).status_code == 303
    assert sign_ins.sessions_of(session, other.id, clock.now(session)) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"password": "sbagliata-davvero"}, "La password non è questa"),
        ({"password": ""}, "Scrivi la password"),
        ({"one-time-code": "000000"}, "Il codice non è questo"),
        ({"one-time-code": " "}, "Scrivi il codice"),
    ],
)
def test_a_wrong_proof_loses_nothing_and_opens_nothing(ada, client, session, other, said):
    page = asked(client)
    again = confirm(client, page, ada, **other)
    assert again.status_code == 422 and said in unescape(again.text)
    assert sent_to(again, "/account/proof")["carried"] == sent_to(page, "/account/proof")["carried"]
    assert PASSWORD not in again.text and f'value="{ada.code}"' not in again.text
    assert asked(client).status_code == 401, "not proved yet"


def test_who_guesses_is_told_to_wait(ada, client):
    page = asked(client)
    for _ in range(11):
        answer = confirm(client, page, ada, password="sbagliata-davvero")
    assert answer.status_code == 429 and answer.headers["retry-after"]
    assert sent_to(answer, "/account/proof")["carried"]


def test_another_language_keeps_what_was_typed(ada, client):
    page = asked(client)
    english = client.post("/language", data={**sent_to(page, "/language"), "language": "en"})
    assert '<html lang="en"' in english.text and "Confirm that it is you" in english.text
    before = sent_to(page, "/account/proof")
    assert sent_to(english, "/account/proof")["carried"] == before["carried"]
    back = confirm(client, english, ada)
    assert "You were writing" in back.text and carried.RESUMED in sent_to(back, PATH)


def test_a_piece_of_a_page_is_told_with_a_link(ada, client, session):
    headers = {
        "HX-Request": "true",
        "HX-Current-URL": "https://testserver.local/people",
        "X-CSRF-Token": token(client),
    }
    answer = client.post(PATH, data=TYPED, headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["x-resume"]) == (401, "proof")
    assert 'href="/account/proof?next=/people"' in answer.text
    assert "<html" not in answer.text and invited(session) == []


def test_who_has_just_proved_is_asked_nothing(ada, client, session):
    confirm(client, client.get("/account/proof"), ada)
    assert asked(client).status_code == 303
    led = client.get(f"/account/proof?next={PAGE}", follow_redirects=False)
    assert led.status_code == 303 and led.headers["location"] == PAGE


def test_it_is_asked_again_after_a_quarter_of_an_hour(ada, client, session):
    confirm(client, client.get("/account/proof"), ada)
    long_ago(session, ada.person)
    assert asked(client).status_code == 401


def test_a_page_is_left_only_for_one_of_ours(ada, client):
    page = client.get("/account/proof?next=https://altrove.example")
    assert confirm(client, page, ada).headers["location"] == "/"


@pytest.fixture
def bruno(session, client, sign_in):
    """Somebody with a password and nothing else, who signed in an hour ago."""
    found = make.person(session, "Bruno Ferri")
    may_sign_in(session, found.id)
    sign_in(client, found)
    mine = PersonSession.person_id == found.id
    session.execute(update(PersonSession).where(mine).values(level=1, means=["password"]))
    long_ago(session, found)
    return Prover(found, "")


def press(client):
    fields = {"csrf": sent_to(client.get("/account"), "/sign-out")["csrf"]}
    return send(client, "/account/password", fields, "/account/password")


def test_who_has_only_a_password_proves_it(bruno, client):
    led = press(client)
    assert led.headers["location"] == "/account/proof?next=/account/password&lost=unproved"
    page = client.get(led.headers["location"])
    assert "one-time-code" not in page.text
    assert confirm(client, page, bruno).headers["location"] == "/account/password"
    assert press(client).status_code == 422, "its own fields are asked"


def test_a_password_is_never_carried_and_that_is_said(bruno, client):
    fields = {"csrf": token(client), "old": PASSWORD, "password": "x", "again": "x"}
    led = send(client, "/account/password", fields, "/account/password")
    assert led.headers["location"].endswith("&lost=secret")
    assert "c'era una password" in unescape(client.get(led.headers["location"]).text)


def test_a_demo_asks_only_who_has_a_second_factor(bruno, client, session):
    make.trial(session)
    session.commit()
    assert press(client).status_code == 422
    app_of(session, bruno.person, clock.now(session))
    session.commit()
    assert press(client).headers["location"].startswith("/account/proof")


def test_who_has_a_second_factor_is_not_fresh_by_a_password_alone(bruno, client, session):
    confirm(client, client.get("/account/proof"), bruno)
    bruno.code = app_of(session, bruno.person, clock.now(session))
    session.commit()
    led = press(client)
    assert led.status_code == 303
    confirm(client, client.get(led.headers["location"]), bruno)
    assert press(client).status_code == 422
