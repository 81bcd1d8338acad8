"""Passkeys as a browser meets them: asked for by a press, answered once, in that browser."""

import json
import re

import pytest
from sqlalchemy import func, select

from people import guesses, passkeys, passwords, sign_ins
from people.pages.passkeys import COOKIE
from people.tables import Passkey, PasskeyChallenge
from tests import make
from tests.authenticator import UP, Device

PASSWORD = "tre-cavalli-bianchi"


@pytest.fixture
def anna(session, client, sign_in):
    found = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    sign_in(client, found)
    return found


@pytest.fixture
def device(session, client, anna):
    """Anna's device, with a passkey that her pages have made; she is signed out again."""
    found = Device()
    assert making(client, found).status_code == 303
    leave(client)
    return found


def leave(client):
    client.cookies.clear()
    client.headers.pop("X-CSRF-Token", None)


def making(client, device, name="", **lies):
    asked = client.post("/account/passkeys/question")
    assert asked.status_code == 200, asked.text
    fields = {"answer": device.make(asked.text, **lies), "name": name}
    return client.post("/account/passkeys", data=fields, follow_redirects=False)


def entering(client, device, **lies):
    asked = client.post("/sign-in/passkey/question")
    assert asked.status_code == 200
    return answering(client, device.show(asked.text, **lies))


def answering(client, answer, next_="/account"):
    fields = {"answer": answer, "next": next_}
    return client.post("/sign-in/passkey", data=fields, follow_redirects=False)


def waiting(session):
    return session.scalars(select(func.count(PasskeyChallenge.id))).one()


def test_a_page_that_is_looked_at_asks_and_tells_nothing(client, session):
    text = client.get("/sign-in?next=/calls").text
    assert "Entra con la passkey" in text and waiting(session) == 0
    (form,) = re.findall(r'<form[^>]*action="/sign-in/passkey".*?</form>', text, re.DOTALL)
    assert 'data-question="/sign-in/passkey/question"' in form and "fl-scripted" in form
    assert 'name="next" value="/calls"' in form and 'name="answer" value=""' in form
    assert text.index('name="password"') < text.index('action="/sign-in/passkey"')


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "testserver.local:8443"])
def test_where_another_address_was_asked_passkeys_hide(client, anna, host):
    there = {"Host": host}
    assert "passkey" not in client.get("/sign-in", headers={**there, "Cookie": ""}).text
    page = client.get("/account/passkeys", headers=there).text
    assert "data-passkey" not in page and "https://testserver.local" in page


def test_a_question_is_kept_sealed_by_the_browser_that_asked(client, session):
    answer = client.post("/sign-in/passkey/question")
    assert answer.headers["content-type"].startswith("application/json")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if COOKIE in each)
    for word in ("HttpOnly", "SameSite=strict", "Secure", "Path=/", "Max-Age=300"):
        assert word.lower() in cookie.lower()
    assert json.loads(answer.text)["challenge"] not in cookie
    assert waiting(session) == 1


def test_with_a_passkey_alone_one_is_in_and_where_one_was_going(client, device, anna):
    answer = entering(client, device)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    client.cookies = answer.cookies
    assert anna.name in client.get("/account").text
    assert client.cookies[sign_ins.COOKIE]


def test_the_same_answer_lets_nobody_in_twice(client, session, device):
    asked = client.post("/sign-in/passkey/question").text
    answer = device.show(asked)
    assert answering(client, answer).status_code == 303
    again = answering(client, answer)
    assert again.status_code == 422 and "già usata" in again.text and waiting(session) == 0


def test_an_answer_counts_only_in_the_browser_that_was_asked(client, session, device):
    asked = client.post("/sign-in/passkey/question").text
    leave(client)  # another browser, with what the first one would have sent
    elsewhere = answering(client, device.show(asked))
    assert elsewhere.status_code == 422 and "già usata" in elsewhere.text
    client.cookies.set(COOKIE, "nonsense")
    assert answering(client, device.show(asked)).status_code == 422


@pytest.mark.parametrize("answer", ["", "{}", "nonsense", "x" * 100_000, "é" * 50])
def test_what_is_no_answer_is_told_in_words_on_the_sign_in_page(client, answer):
    client.post("/sign-in/passkey/question")
    page = answering(client, answer, next_="/calls")
    assert page.status_code == 422 and "non è stata accettata" in page.text
    assert (
        'name="next" value="/calls"' in page.text and answer[:50] not in page.text
    ) or not answer


@pytest.mark.parametrize(
    "lie",
    [
        {"rp_id": "evil.example"},
        {"origin": "http://127.0.0.1"},
        {"flags": UP},
        {"user_handle": b""},
    ],
    ids=str,
)
def test_a_lie_is_told_in_words_and_lets_nobody_in(client, device, lie):
    page = entering(client, device, **lie)
    assert page.status_code == 422 and "assword" in page.text
    assert sign_ins.COOKIE not in page.cookies


def test_whoever_asks_and_asks_is_told_to_wait(client):
    for _ in range(guesses.PASSKEY.most):
        assert client.post("/sign-in/passkey/question").status_code == 200
    late = client.post("/sign-in/passkey/question")
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 0
    assert "Troppi tentativi" in json.loads(late.text)["refused"]
    page = answering(client, "{}")
    assert page.status_code == 429 and "Troppi tentativi" in page.text
    assert int(page.headers["retry-after"]) > 0


def test_what_was_being_typed_comes_along(client, device):
    asked = client.post("/sign-in/passkey/question").text
    fields = {"answer": "{}", "next": "/account", "carried": "sealed"}
    page = client.post("/sign-in/passkey", data=fields)
    assert page.text.count('name="carried" value="sealed"') >= 2
    asked = client.post("/sign-in/passkey/question").text
    done = client.post("/sign-in/passkey", data={**fields, "answer": device.show(asked)})
    assert "Quello che avevi scritto" in done.text


def test_it_is_made_named_shown_and_taken_away(client, session, anna):
    assert "Non ne hai ancora" in client.get("/account/passkeys").text
    answer = making(client, Device(), name="telefono di lavoro")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/passkeys")
    page = client.get("/account/passkeys").text
    assert "telefono di lavoro" in page and "mai usata" in page
    id_ = session.scalars(select(Passkey.id)).one()
    gone = client.post(f"/account/passkeys/{id_}/removals", follow_redirects=False)
    assert gone.status_code == 303
    assert "Non ne hai ancora" in client.get("/account/passkeys").text


def test_a_passkey_that_was_not_made_is_told_in_words_and_the_name_stays(client, session, anna):
    page = making(client, Device(), name="mio", flags=UP)
    assert page.status_code == 409 or page.status_code == 422
    assert "non ha controllato che sei tu" in page.text and 'value="mio"' in page.text
    assert session.scalars(select(Passkey.id)).all() == []


def test_a_name_that_is_too_long_is_refused_at_its_field(client, session, anna):
    page = making(client, Device(), name="x" * (passkeys.LONGEST_NAME + 1))
    assert page.status_code == 422 and "troppo lungo" in page.text
    assert session.scalars(select(Passkey.id)).all() == []


def test_nobody_makes_one_without_being_inside(client):
    for path in ("/account/passkeys/question", "/account/passkeys"):
        answer = client.post(path, follow_redirects=False)
        assert answer.status_code in (303, 401)


def test_a_strangers_form_makes_none(client, session, anna):
    client.headers["X-CSRF-Token"] = "0" * 64
    assert client.post("/account/passkeys/question").status_code == 403
    assert client.post("/account/passkeys", data={"answer": "{}"}).status_code == 403
    assert waiting(session) == 0
