"""One's own second steps, as a browser adds them and takes them away."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kit import clock
from people import codes, factors, passwords, proofs, roles, sign_ins
from people.tables.factors import CodeGenerator
from people.tables.sessions import PersonSession
from tests import make
from tests.ended import send
from tests.forms import sent_to
from tests.people.test_codes import code_at, with_app
from tests.people.test_links import letter_to

HOME = "/account/factors"
OFFICE = (roles.OFFICE, "call", 1)


@pytest.fixture
def enter(session, client):
    """Come in with a session of this proof."""

    def _enter(person, proof=proofs.BY_PASSWORD):
        now = clock.now(session)
        token = sign_ins.open_session(session, person.id, "test", now, proof)
        session.commit()
        client.cookies.clear()
        client.cookies.set(sign_ins.COOKIE, token)

    return _enter


@pytest.fixture
def anna(session):
    return make.person(session, "Anna Bianchi", password_hash=passwords.hash_password("x" * 10))


def press(client, page, path, **fields):
    return send(client, path, {**sent_to(page, path), **fields}, HOME)


def follow(client, answer):
    """Take over the session's new token, and look where the answer leads."""
    if sign_ins.COOKIE in answer.cookies:
        client.cookies.clear()
        client.cookies.set(sign_ins.COOKIE, answer.cookies[sign_ins.COOKIE])
    return client.get(answer.headers["location"]) if answer.status_code == 303 else answer


def lettered(session, client, anna):
    """Ask for the letter and open its link."""
    asked = press(client, client.get(HOME), f"{HOME}/letters")
    assert "Ti abbiamo scritto" in follow(client, asked).text
    token = letter_to(session, anna.email)[1]
    session.commit()
    page = client.get(f"/links/{token}")
    assert page.status_code == 200
    return press(client, page, f"/links/{token}/factors")


def begun(session, client, anna):
    page = follow(client, lettered(session, client, anna))
    assert "Puoi farlo qui fino a" in page.text
    return press(client, page, f"{HOME}/app")


def secret_in(page):
    (groups,) = re.findall(r'class="fl-codes">([A-Z2-7 ]+)<', page.text)
    return groups.replace(" ", "")


def confirm(session, client, page, **fields):
    code = code_at(secret_in(page), clock.now(session))
    return press(client, page, f"{HOME}/app/confirmations", **{"one-time-code": code, **fields})


def test_from_the_letter_to_the_codes_on_paper(session, client, anna, enter):
    roles.grant(session, None, anna.id, *OFFICE, clock.now(session))
    enter(anna)
    account = client.get("/account").text
    assert "Il tuo ruolo riposa" in account and f'href="{HOME}"' in account
    assert "Un tuo ruolo chiede il secondo passo" in client.get(HOME).text
    page = begun(session, client, anna)
    assert page.status_code == 200 and "<svg" in page.text and "style=" not in page.text
    assert "data:" not in page.text and secret_in(page) in html.unescape(page.text)
    wrong = confirm(session, client, page, **{"one-time-code": "000"})
    assert wrong.status_code == 422 and secret_in(wrong) == secret_in(page)
    done = follow(client, confirm(session, client, wrong))
    assert done.status_code == 200 and "Salvali adesso" in done.text
    shown = re.findall(r"<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</li>", done.text)
    assert len(shown) == 10 and anna.email in done.text
    home = client.get(HOME).text
    assert "Te ne restano 10." in home and not any(code in home for code in shown)
    assert "si può cambiare, non togliere" in home and "removals" not in home
    assert "riposa" not in client.get("/account").text
    assert codes.accept(session, anna.id, shown[0], clock.now(session))


def test_forms_that_stood_open_go_on_after_the_session_was_raised(session, client, anna, enter):
    enter(anna)
    open_ = sent_to(client.get("/account"), "/account/sign-out-everywhere")
    follow(client, confirm(session, client, begun(session, client, anna)))
    assert send(client, "/account/sign-out-everywhere", open_, "/account").status_code == 303


def test_without_the_letter_nothing_is_added(session, client, anna, enter):
    enter(anna)
    answer = send(client, f"{HOME}/app", sent_to(client.get(HOME), f"{HOME}/letters"), HOME)
    assert answer.status_code == 409 and "Prima apri il collegamento" in answer.text
    assert session.scalars(select(CodeGenerator)).all() == []


def test_the_link_shows_who_may_use_it(session, client, anna, enter):
    enter(anna)
    press(client, client.get(HOME), f"{HOME}/letters")
    path = "/links/" + letter_to(session, anna.email)[1]
    session.commit()
    enter(make.person(session, "Bruno Conti"))
    other = client.get(path).text
    assert "questa lettera è per un altro indirizzo" in other and f"{path}/factors" not in other
    answer = send(client, f"{path}/factors", sent_to(client.get(HOME), f"{HOME}/letters"))
    assert answer.status_code == 410
    client.cookies.clear()
    stranger = client.get(path).text
    assert "Prima entra con la tua password" in stranger
    assert client.post(path, data={"password": "q" * 12, "again": "q" * 12}).status_code == 410


def test_an_old_link_is_renewed_to_the_same_address(session, client, anna, enter):
    enter(anna)
    press(client, client.get(HOME), f"{HOME}/letters")
    first = letter_to(session, anna.email)[1]
    session.commit()
    used = press(client, client.get(f"/links/{first}"), f"/links/{first}/factors")
    assert used.status_code == 303
    spent = client.get(f"/links/{first}")
    assert spent.status_code == 410
    press(client, spent, f"/links/{first}/renewals")
    letter, second = letter_to(session, anna.email)
    assert second != first and "secondo passo" in letter.subject
    assert client.get(f"/links/{second}").status_code == 200


def has_one(session, anna, enter):
    with_app(session, clock.now(session) - timedelta(days=1), anna)
    codes.new_recovery_codes(session, anna.id, clock.now(session))
    enter(anna, proofs.BY_PASSWORD_AND_CODE)


def test_a_new_phone_takes_the_place_of_the_old_one(session, client, anna, enter):
    has_one(session, anna, enter)
    before = factors.of(session, anna.id)
    page = press(client, client.get(HOME), f"{HOME}/app")
    done = follow(client, confirm(session, client, page))
    assert "da adesso valgono i codici di questa app" in done.text
    assert factors.of(session, anna.id) != before and len(before) == 1


def test_new_codes_on_paper_are_shown_once_and_a_page_loaded_anew_makes_no_others(
    session, client, anna, enter
):
    has_one(session, anna, enter)
    page, path = client.get(HOME), f"{HOME}/recovery-codes"
    first = press(client, page, path)
    assert first.status_code == 200 and first.text.count("<li>") >= 10
    again = press(client, page, path)
    assert again.status_code == 409 and "cambiat" in again.text
    shown = re.findall(r"<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</li>", first.text)
    assert codes.accept(session, anna.id, shown[0], clock.now(session))


def test_it_is_taken_away_where_no_role_asks_and_not_where_one_does(session, client, anna, enter):
    has_one(session, anna, enter)
    page, path = client.get(HOME), f"{HOME}/app/removals"
    roles.grant(session, None, anna.id, *OFFICE, clock.now(session))
    session.commit()
    refused = press(client, page, path)
    assert refused.status_code == 409 and "questo è l" in refused.text
    roles.grant(session, None, anna.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    roles.revoke(session, anna.id, anna.id, *OFFICE, clock.now(session))
    other = make.person(session)
    roles.grant(session, None, other.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    roles.revoke(session, anna.id, anna.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    session.commit()
    done = press(client, page, path)
    assert done.status_code == 303 and factors.of(session, anna.id) == []
    assert "Mandami la lettera" in client.get(HOME).text


@pytest.mark.parametrize("path", ["app", "app/removals", "recovery-codes"])
def test_what_changes_them_asks_for_a_fresh_proof(session, client, anna, enter, path):
    has_one(session, anna, enter)
    page = client.get(HOME)
    mine = PersonSession.person_id == anna.id
    before = PersonSession.proved_at - timedelta(hours=1)
    session.execute(update(PersonSession).where(mine).values(proved_at=before))
    session.commit()
    had = factors.of(session, anna.id)
    answer = press(client, page, f"{HOME}/{path}")
    assert answer.headers.get("location", "").startswith("/account/proof?")
    assert factors.of(session, anna.id) == had
