"""Signing in, out, registering and resetting, as a browser does it."""

import html
import re

import pytest
from sqlalchemy import func, select, update

from kit import mail
from people import guesses, passwords, proofs, roles, sign_ins
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests import make
from tests.forms import filled, sent_to
from tests.jobs import run_all

PASSWORD = "tre-cavalli-bianchi"


@pytest.fixture
def anna(session):
    found = make.person(session, "Anna Bianchi", password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    return found


def enter(client, email, password, **fields):
    return client.post(
        "/sign-in", data={"email": email, "password": password, **fields}, follow_redirects=False
    )


def test_the_right_password_opens_a_session_and_leads_back(client, anna):
    answer = enter(client, anna.email, PASSWORD, next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(sign_ins.COOKIE + "=") and "HttpOnly" in cookie and "Secure" in cookie
    assert "Anna Bianchi" in client.get("/account").text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, anna):
    wrong = enter(client, anna.email, "sbagliata-davvero")
    unknown = enter(client, "nessuno@esempio.it", "sbagliata-davvero")
    assert wrong.status_code == unknown.status_code == 422
    assert "non corrispondono" in wrong.text
    strip = re.compile(r'value="[^"]*"|[0-9a-f]{16}')
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text)


def test_what_was_typed_stays_but_never_the_password(client, anna):
    text = enter(client, anna.email, "sbagliata-davvero").text
    assert anna.email in text and "sbagliata-davvero" not in text


def test_guessing_is_slowed_down_also_with_another_forwarded_address(client, anna):
    for n in range(guesses.PAIR.most):
        client.headers["X-Forwarded-For"] = f"10.0.0.{n}"
        assert enter(client, anna.email, "sbagliata-davvero").status_code == 422
    answer = enter(client, anna.email, PASSWORD)
    assert answer.status_code == 429 and answer.headers["retry-after"]


def test_a_planted_cookie_never_becomes_a_session(client, anna, session):
    client.cookies.set(sign_ins.COOKIE, "attacker-chosen-attacker-chosen-12")
    enter(client, anna.email, PASSWORD)
    planted = sign_ins.token_hash("attacker-chosen-attacker-chosen-12")
    found = select(func.count()).where(PersonSession.token_hash == planted)
    assert session.execute(found).scalar() == 0


def test_looking_around_makes_no_session(client, session):
    for _ in range(5):
        client.get("/sign-in")
    assert session.execute(select(func.count()).select_from(PersonSession)).scalar() == 0


def test_signing_out_ends_the_session_for_a_replayed_cookie_too(client, anna, session, sign_in):
    sign_in(client, anna)
    token = client.cookies[sign_ins.COOKIE]
    assert client.post("/sign-out", follow_redirects=False).status_code == 303
    client.cookies.set(sign_ins.COOKIE, token)
    answer = client.get("/account", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/account"


def test_signing_out_everywhere_ends_the_other_devices(client, anna, session, sign_in, now):
    other = sign_ins.open_session(session, anna.id, "telefono", now, proofs.BY_PASSWORD_AND_CODE)
    sign_in(client, anna)
    client.post("/account/sign-out-everywhere")
    assert sign_ins.actor_of(session, other) is None


def test_losing_a_role_ends_the_sessions_at_once(client, anna, session, sign_in, now):
    roles.grant(session, None, anna.id, roles.COORDINATOR, "centre", 7, now)
    sign_in(client, anna)
    roles.revoke(session, None, anna.id, roles.COORDINATOR, "centre", 7, now)
    session.commit()
    assert client.get("/account", follow_redirects=False).status_code == 303


def test_a_form_of_another_site_is_refused_at_the_door(client, anna):
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
    ):
        client.headers.update(headers)
        assert enter(client, anna.email, PASSWORD).status_code == 403
        for name in headers:
            del client.headers[name]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_never_leads_to_another_site(client, anna, target):
    assert enter(client, anna.email, PASSWORD, next=target).headers["location"] == "/"


def link_in(session, address):
    run_all(session)
    row = session.execute(select(mail.Mail).where(mail.Mail.to == address)).scalars().all()[-1]
    return re.findall(r"/links/(\S+)", row.text)[0]


def asked(client, path, typed):
    """Open a page that sends a letter and fill it in."""
    return client.post(path, data=filled(client, path, typed))


def letters(session):
    run_all(session)
    return session.scalar(select(func.count()).select_from(mail.Mail))


@pytest.mark.parametrize("path", ["/register", "/password-reset"])
def test_a_form_sent_twice_writes_one_letter_whose_link_is_good(client, session, anna, path):
    """A second letter for a new password would spend the link of the first."""
    who = anna.email if path == "/password-reset" else "doppia@esempio.it"
    data = filled(client, path, {"email": who, "name": "Anna"})
    first, second = client.post(path, data=data), client.post(path, data=data)
    assert first.status_code == second.status_code == 200
    assert letters(session) == 1
    said = html.unescape(second.text)
    assert "ne parte una ogni 5 minuti" in said and "vale quella già partita" in said
    assert client.get(f"/links/{link_in(session, who)}").status_code == 200
    other = client.post(path, data={**data, "email": "altra@esempio.it"})
    assert other.status_code == 409 and "già inviato con altri dati" in other.text


def test_a_form_that_no_page_of_ours_made_writes_no_letter(client, session, anna):
    answer = client.post("/password-reset", data={"email": anna.email})
    assert answer.status_code == 409 and letters(session) == 0


def test_registering_makes_a_person_only_after_the_link_in_the_letter(client, session):
    answer = asked(client, "/register", {"email": "Nuova@Esempio.it", "name": "Sara Conti"})
    assert answer.status_code == 200
    assert session.scalars(select(Person).where(Person.email == "nuova@esempio.it")).all() == []
    token = link_in(session, "nuova@esempio.it")
    assert "nuova@esempio.it" in client.get(f"/links/{token}").text
    fields = {"name": "Sara Conti", "password": PASSWORD, "again": PASSWORD}
    assert client.post(f"/links/{token}", data=fields, follow_redirects=False).status_code == 303
    assert "Sara Conti" in client.get("/account").text


def test_registering_a_known_address_answers_the_same(client, session, anna):
    new = asked(client, "/register", {"email": "altra@esempio.it", "name": "Sara"})
    known = asked(client, "/register", {"email": anna.email, "name": "Sara"})
    assert new.text.replace("altra@esempio.it", "") == known.text.replace(anna.email, "")


def test_a_link_is_good_once(client, session):
    asked(client, "/register", {"email": "una@esempio.it", "name": "Una"})
    token = link_in(session, "una@esempio.it")
    fields = {"name": "Una", "password": PASSWORD, "again": PASSWORD}
    client.post(f"/links/{token}", data=fields)
    client.cookies.clear()
    assert client.post(f"/links/{token}", data=fields).status_code == 410
    spent = client.get(f"/links/{token}")
    assert spent.status_code == 410
    assert "rotto da noi" not in spent.text and "non vale più" in spent.text


def test_an_expired_link_is_refused(client, session, now):
    asked(client, "/register", {"email": "tardi@esempio.it", "name": "Tardi"})
    token = link_in(session, "tardi@esempio.it")
    session.execute(update(OneTimeLink).values(expires_at=now))
    session.commit()
    assert client.get(f"/links/{token}").status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("corta", "corta", "almeno 10 caratteri"),
        (PASSWORD, "un'altra-cosa", "non sono uguali"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "troppo facile"),
    ],
)
def test_a_password_that_will_not_do_is_explained_at_its_field(
    client, session, password, again, words
):
    asked(client, "/register", {"email": "due@esempio.it", "name": "Due"})
    token = link_in(session, "due@esempio.it")
    answer = client.post(
        f"/links/{token}", data={"name": "Due", "password": password, "again": again}
    )
    assert answer.status_code == 422 and words in answer.text
    assert session.scalars(select(Person).where(Person.email == "due@esempio.it")).all() == []


def test_a_reset_changes_the_password_and_ends_every_session(client, session, anna, now):
    old = sign_ins.open_session(session, anna.id, "telefono", now, proofs.BY_PASSWORD_AND_CODE)
    asked(client, "/password-reset", {"email": anna.email})
    token = link_in(session, anna.email)
    fields = {"password": "nuova-parola-lunga", "again": "nuova-parola-lunga"}
    assert client.post(f"/links/{token}", data=fields, follow_redirects=False).status_code == 303
    assert sign_ins.actor_of(session, old) is None
    client.cookies.clear()
    assert enter(client, anna.email, PASSWORD).status_code == 422
    assert enter(client, anna.email, "nuova-parola-lunga").status_code == 303


def test_a_reset_for_an_unknown_address_sends_nothing_and_says_the_same(client, session, anna):
    known = asked(client, "/password-reset", {"email": anna.email})
    unknown = asked(client, "/password-reset", {"email": "chi@esempio.it"})
    assert known.text.replace(anna.email, "") == unknown.text.replace("chi@esempio.it", "")
    assert session.scalars(select(mail.Mail).where(mail.Mail.to == "chi@esempio.it")).all() == []


def test_the_language_is_kept_and_the_page_comes_back_in_it(client):
    answer = client.post("/language", data={"language": "en", "next": "/sign-in"})
    assert "Sign in" in answer.text and '<html lang="en"' in answer.text
    answer = client.post("/language", data={"language": "it", "next": "/sign-in"})
    assert "Accedi" in answer.text
    assert client.post("/language", data={"language": "xx"}).status_code == 422


@pytest.mark.parametrize(
    "address", ["è@esempio.it", "a@esempio", "a b@esempio.it", "a@esempio.it\nb"]
)
def test_an_address_no_letter_can_reach_is_refused_at_its_field(client, address):
    answer = asked(client, "/register", {"email": address, "name": "Una"})
    assert answer.status_code == 422 and "nome@esempio.it" in answer.text


@pytest.mark.parametrize("path", ["/sign-in?next=/calls/3", "/register?next=/calls/3&a=b%20c"])
def test_another_language_leads_back_to_the_whole_address(client, path):
    back = sent_to(client.get(path), "/language")["next"]
    assert back == path
    answer = client.post("/language", data={"language": "en", "next": back}, follow_redirects=False)
    assert answer.headers["location"] == path


def test_where_a_form_was_refused_another_language_leads_to_its_page(client):
    page = "/register?next=/calls/3"
    headers = {"Referer": f"https://testserver.local{page}"}
    refused = client.post("/register", data={"email": "x"}, headers=headers)
    assert refused.status_code == 422
    assert sent_to(refused, "/language")["next"] == page


def test_asking_for_a_new_password_says_the_same_of_every_address(client, session):
    known = make.person(session).email
    pages = []
    for email in (known, "nessuno@esempio.it"):
        data = filled(client, "/password-reset", {"email": email})
        answer = client.post("/password-reset", data=data)
        assert answer.status_code == 200 and f"Se {email} ha un accesso" in answer.text
        pages.append(re.sub(r'value="[^"]*"', "", answer.text.replace(email, "")))
    assert pages[0] == pages[1]
