"""Passkeys as a browser meets them: asked for by a press, answered once, in that browser."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kit import clock
from people import guesses, passkeys, passwords, roles, sign_ins
from people.pages.cookies import QUESTION
from people.tables.factors import Passkey, PasskeyChallenge
from people.tables.sessions import PersonSession
from tests import make
from tests.authenticator import UP, Device

PASSWORD = "tre-cavalli-bianchi"


@pytest.fixture
def anna(session, client, sign_in):
    found = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    sign_in(client, found)
    by_letter(session, found)
    return found


def by_letter(session, person):
    """As if the link of the letter had been opened in this person's session."""
    mine = PersonSession.person_id == person.id
    until = clock.now(session) + timedelta(minutes=30)
    session.execute(update(PersonSession).where(mine).values(adding_until=until, level=1))
    session.commit()


@pytest.fixture
def device(session, client, anna):
    """Anna's device, with a passkey that her pages have made; she is signed out again."""
    found = Device()
    assert making(client, found).status_code == 200
    leave(client)
    return found


def leave(client):
    client.cookies.clear()
    client.headers.pop("X-CSRF-Token", None)


def making(client, device, name="", **lies):
    asked = client.post("/account/factors/passkeys/question")
    assert asked.status_code == 200, asked.text
    fields = {"answer": device.make(asked.text, **lies), "name": name}
    return client.post("/account/factors/passkeys", data=fields, follow_redirects=False)


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
    page = client.get("/account/factors/passkeys/new", headers=there).text
    assert "data-passkey" not in page and "https://testserver.local" in page


def test_a_question_is_kept_sealed_by_the_browser_that_asked(client, session):
    answer = client.post("/sign-in/passkey/question")
    assert answer.headers["content-type"].startswith("application/json")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if QUESTION in each)
    for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/", "Max-Age=300"):
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
    client.cookies.set(QUESTION, "nonsense")
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


def test_a_first_one_comes_with_codes_on_paper_and_a_new_token(client, session, anna):
    before = client.cookies[sign_ins.COOKIE]
    answer = making(client, Device(), name="telefono di lavoro")
    assert answer.status_code == 200 and "entri con la tua passkey" in answer.text
    assert len(re.findall(r"<li>[0-9A-Z-]{19}</li>", answer.text)) == 10
    assert answer.cookies[sign_ins.COOKIE] != before
    client.cookies.set(sign_ins.COOKIE, answer.cookies[sign_ins.COOKIE])
    page = client.get("/account/factors").text
    assert "telefono di lavoro" in page and "mai usata" in page and "Codici di recupero" in page


def test_a_further_one_is_listed_beside_it_and_each_is_taken_away(client, session, device, anna):
    client.cookies = entering(client, device).cookies
    page = client.get("/account/factors").text
    client.headers["X-CSRF-Token"] = re.findall(r'name="csrf" value="(\w+)"', page)[0]
    answer = making(client, Device(), name="chiavetta")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/factors")
    assert "chiavetta" in client.get("/account/factors").text
    for id_ in session.scalars(select(Passkey.id)).all():
        path = f"/account/factors/passkeys/{id_}/removals"
        gone = client.post(path, follow_redirects=False)
        assert (gone.status_code, gone.headers["location"]) == (303, "/account/factors")
    assert session.scalars(select(Passkey.id)).all() == []
    assert client.post(path, follow_redirects=False).status_code == 404


def test_it_is_read_by_its_owner_alone(client, session, anna, sign_in):
    make.passkey(session, anna.id, name="telefono segreto")
    sign_in(client, anna)
    assert "telefono segreto" in client.get("/account/factors").text
    sign_in(client, make.person(session))
    for path in ("/account/factors", "/account/factors/passkeys/new", "/account"):
        assert "telefono segreto" not in client.get(path).text


def test_the_last_one_stays_for_a_role_that_asks_and_that_is_said(client, session, sign_in):
    lucia = make.person(session)
    passkey = make.passkey(session, lucia.id, name="mio")
    roles.grant(session, None, lucia.id, "office", "calls", 0, clock.now(session))
    session.commit()
    sign_in(client, lucia)
    assert "fai prima quello nuovo" in client.get("/account/factors").text
    answer = client.post(f"/account/factors/passkeys/{passkey.id}/removals")
    assert answer.status_code == 409 and "è l&#39;ultimo" in answer.text


def test_after_the_password_its_owner_is_asked_for_the_passkey(client, device, anna):
    fields = {"email": anna.email, "password": PASSWORD, "next": "/account"}
    page = client.post("/sign-in", data=fields, follow_redirects=False)
    assert page.status_code == 200 and sign_ins.COOKIE not in page.cookies
    assert "Usa la passkey" in page.text and 'action="/sign-in/passkey"' in page.text
    assert 'name="next" value="/account"' in page.text
    assert 'id="f-one-time-code"' not in page.text and "codice di recupero" in page.text
    there = client.post("/sign-in", data=fields, headers={"Host": "127.0.0.1"})
    assert "https://testserver.local" in there.text and "Usa la passkey" not in there.text


def test_a_code_on_paper_lets_in_whoever_has_lost_the_device(client, session, anna):
    made = making(client, Device()).text
    code = re.findall(r"<li>([0-9A-Z-]{19})</li>", made)[0]
    leave(client)
    fields = {"email": anna.email, "password": PASSWORD, "next": "/account"}
    first = client.post("/sign-in", data=fields).text
    paper = re.findall(r'name="half-way" value="([^"]+)"', first)[0]
    fields = {"half-way": paper, "instead": "paper", "next": "/account"}
    second = client.post("/sign-in/second", data=fields).text
    assert "uso la passkey" in second and 'id="f-one-time-code"' in second
    fields = {"half-way": paper, "by": "paper", "one-time-code": code, "next": "/account"}
    done = client.post("/sign-in/second", data=fields, follow_redirects=False)
    assert done.status_code == 303 and done.cookies[sign_ins.COOKIE]


def old(session, person):
    """Let what was proved be of an hour ago."""
    mine = PersonSession.person_id == person.id
    hour = clock.now(session) - timedelta(hours=1)
    session.execute(update(PersonSession).where(mine).values(proved_at=hour))
    session.commit()


def test_it_proves_once_more_who_one_is(client, session, device, anna):
    client.cookies = entering(client, device).cookies
    old(session, anna)
    page = client.get("/account/proof?next=/account/factors").text
    assert "Conferma con la passkey" in page and "Codice di recupero" in page
    client.headers["X-CSRF-Token"] = re.findall(r'name="csrf" value="(\w+)"', page)[0]
    asked = client.post("/account/proof/passkey/question").text
    fields = {"answer": device.show(asked), "next": "/account/factors"}
    wrong = client.post("/account/proof/passkey", data={**fields, "answer": "{}"})
    assert wrong.status_code == 422 and "non è stata accettata" in wrong.text
    asked = client.post("/account/proof/passkey/question").text
    fields["answer"] = device.show(asked)
    done = client.post("/account/proof/passkey", data=fields, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/account/factors")
    found = sign_ins.actor_of(session, done.cookies[sign_ins.COOKIE])
    assert found is not None and found.fresh and found.proved.means == ("passkey",)


@pytest.mark.parametrize("what", ["question", "the form"])
def test_nothing_is_made_before_it_was_proved(client, session, device, anna, what):
    client.cookies = entering(client, device).cookies
    page = client.get("/account/factors").text
    client.headers["X-CSRF-Token"] = re.findall(r'name="csrf" value="(\w+)"', page)[0]
    old(session, anna)
    path = "/account/factors/passkeys" + ("/question" if what == "question" else "")
    answer = client.post(path, data={"answer": "{}", "name": "mio"}, follow_redirects=False)
    assert answer.status_code in (303, 401) and waiting(session) == 0
    assert "proof" in answer.headers.get("location", "") + answer.text


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
    for path in ("/account/factors/passkeys/question", "/account/factors/passkeys"):
        answer = client.post(path, follow_redirects=False)
        assert answer.status_code in (303, 401)


def test_a_strangers_form_makes_none(client, session, anna):
    client.headers["X-CSRF-Token"] = "0" * 64
    assert client.post("/account/factors/passkeys/question").status_code == 403
    assert client.post("/account/factors/passkeys", data={"answer": "{}"}).status_code == 403
    assert waiting(session) == 0
