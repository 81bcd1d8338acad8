"""The pages between an ended session and the form that was being written."""

from html import unescape

import pytest

from kit import clock
from kit.http import carried
from people import guesses, roles, sign_ins
from people.pages import edge
from tests import make
from tests.ended import PASSWORD, end, may_sign_in, resumed, send, sign_in_again, token
from tests.forms import sent_to

WORDS = "Anna Maria Bianchi"


@pytest.fixture
def anna(session, client, sign_in):
    """Somebody whose session has ended while an invitation was being written."""
    found = make.person(session, "Anna Bianchi")
    sign_in(client, found)
    may_sign_in(session, found.id)
    return found


@pytest.fixture
def asked(anna, session, client):
    """The sign-in page that came instead of an answer."""
    token = client.headers["X-CSRF-Token"]
    end(session, anna.id)
    fields = {"csrf": token, "email": "nuova@esempio.it", "name": WORDS}
    return send(client, "/people/invitations", fields, "/people")


def test_the_sign_in_page_says_that_what_was_typed_comes_along(asked):
    assert asked.status_code == 401
    text = unescape(asked.text)
    assert "Quello che stavi scrivendo è qui con te" in text and WORDS not in text
    fields = sent_to(asked, "/sign-in")
    assert (fields["next"], "carried" in fields) == ("/people", True)
    assert sign_ins.COOKIE + '=""' not in str(asked.headers), "the cookie stays as it is"


def test_whoever_pressed_a_plain_button_is_not_told_that_they_were_writing(anna, session, client):
    roles.grant(session, None, anna.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    roles.grant(session, None, anna.id, roles.OFFICE, "calls", 0, clock.now(session))
    session.commit()
    action = f"/people/{anna.id}/revocations"
    fields = sent_to(client.get(f"/people/{anna.id}"), action)
    assert fields["role"]
    end(session, anna.id)
    answer = send(client, action, fields, f"/people/{anna.id}")
    assert answer.status_code == 303 and answer.headers["location"].endswith("&lost=nothing")
    asked = client.get(answer.headers["location"])
    text = unescape(asked.text)
    assert "non abbiamo fatto niente" in text and "stavi scrivendo" not in text.lower()
    assert "carried" not in sent_to(asked, "/sign-in")


def test_a_wrong_password_does_not_lose_it(asked, anna, client):
    fields = {**sent_to(asked, "/sign-in"), "email": anna.email, "password": "sbagliata-davvero"}
    again = client.post("/sign-in", data=fields)
    assert again.status_code == 422
    assert sent_to(again, "/sign-in")["carried"] == fields["carried"]
    for _ in range(guesses.PAIR.most):
        again = client.post("/sign-in", data=fields)
    assert again.status_code == 429 and again.headers["retry-after"]
    assert sent_to(again, "/sign-in")["carried"] == fields["carried"]


def test_the_page_after_the_sign_in_has_one_button_and_a_way_out(asked, anna, client):
    back = sign_in_again(client, asked, anna.email)
    assert back.status_code == 200 and "Anna Bianchi" in back.text
    fields = sent_to(back, "/people/invitations")
    csrf = token(client)
    assert fields == {
        "csrf": csrf,
        "whose": edge.whose(anna.id, csrf),
        carried.RESUMED: sent_to(asked, "/sign-in")["carried"],
    }
    assert 'href="/people"' in back.text


def in_english(client, page):
    answer = client.post("/language", data={**sent_to(page, "/language"), "language": "en"})
    assert answer.status_code == 200 and '<html lang="en"' in answer.text
    return answer


def test_another_language_on_the_sign_in_page_takes_along_what_was_typed(asked, anna, client):
    before = sent_to(asked, "/sign-in")
    english = in_english(client, asked)
    assert "What you were writing is here with you" in unescape(english.text)
    assert sent_to(english, "/sign-in") == before
    italian = client.post("/language", data={**sent_to(english, "/language"), "language": "it"})
    assert sent_to(italian, "/sign-in") == before
    wrong = {**before, "email": anna.email, "password": "sbagliata-davvero"}
    refused = client.post("/sign-in", data=wrong)
    assert sent_to(in_english(client, refused), "/sign-in")["carried"] == before["carried"]
    back = sign_in_again(client, italian, anna.email)
    assert sent_to(back, "/people/invitations")[carried.RESUMED] == before["carried"]


def test_another_language_after_the_sign_in_takes_it_along_too(asked, anna, client, session):
    back = sign_in_again(client, asked, anna.email)
    before = sent_to(back, "/people/invitations")
    english = in_english(client, back)
    assert "You are in again" in english.text and 'href="/people"' in english.text
    assert sent_to(english, "/people/invitations") == before
    session.expire_all()
    assert anna.locale == "en"


def test_what_another_person_typed_is_not_shown_by_a_change_of_language(asked, client, session):
    stranger = make.person(session, "Bruno Ferri")
    may_sign_in(session, stranger.id)
    sign_in_again(client, asked, stranger.email)
    fields = {**sent_to(asked, "/language"), "csrf": token(client), "language": "en"}
    answer = client.post("/language", data=fields)
    assert "Somebody else is here now" in answer.text and "Bruno Ferri" in answer.text
    assert WORDS not in answer.text and 'action="/people/invitations"' not in answer.text


def test_another_person_is_not_told_that_they_are_in_again(asked, client, session):
    stranger = make.person(session, "Bruno Ferri")
    may_sign_in(session, stranger.id)
    back = unescape(sign_in_again(client, asked, stranger.email).text)
    assert "Sei di nuovo dentro" not in back and "non l'avevi scritto tu" in back
    assert "Sei dentro" in back


@pytest.fixture
def old_tab(client, anna, session, sign_in):
    """A form of Anna's page, who has gone out since; in her browser Bruno is signed in now."""
    csrf = token(client)
    fields = {"csrf": csrf, "whose": edge.whose(anna.id, csrf)}
    client.post("/sign-out")
    bruno = make.person(session, "Bruno Ferri")
    sign_in(client, bruno)
    return {**fields, "email": "nuova@esempio.it", "name": WORDS}


def test_an_old_tab_says_who_is_here_now_and_keeps_what_was_typed(old_tab, anna, client):
    answer = send(client, "/people/invitations", old_tab, "/people")
    text = unescape(answer.text)
    assert answer.status_code == 403 and "In questo browser adesso c'è Bruno Ferri" in text
    assert WORDS not in text and "Anna Bianchi" not in text and "icarica" not in text
    english = in_english(client, answer)
    asked = client.post("/sign-out", data=sent_to(english, "/sign-out"))
    assert "What you were writing is here with you" in asked.text and "Bruno" not in asked.text
    assert client.get("/account", follow_redirects=False).status_code == 303, "he is out"
    back = sign_in_again(client, asked, anna.email)
    assert carried.RESUMED in sent_to(back, "/people/invitations")
    assert 'href="/people"' in back.text


def test_the_form_of_an_old_tab_comes_back_filled_to_whoever_wrote_it(session, client, sign_in):
    make.trial(session)  # a password is enough
    path, ada = "/people/invitations", make.person(session, "Ada Regina")
    roles.grant(session, None, ada.id, roles.ADMINISTRATOR, "house", 0, clock.now(session))
    email = may_sign_in(session, ada.id)
    sign_in(client, ada)
    typed = {**sent_to(client.get("/people"), path), "email": "x@esempio.it", "name": WORDS}
    client.post("/sign-out")
    sign_in(client, make.person(session, "Bruno Ferri"))
    answer = send(client, path, typed, "/people")
    asked = client.post("/sign-out", data=sent_to(answer, "/sign-out"))
    back = sign_in_again(client, asked, email)
    assert sent_to(resumed(client, back, path), path)["name"] == WORDS
    again = send(client, path, typed, "/people")
    assert again.status_code == 422, "she came back herself: shown filled, and nothing is done"
    assert sent_to(again, path)["name"] == WORDS


def test_an_old_tab_that_proves_no_owner_keeps_nothing(old_tab, anna, client):
    for other in ("", "x", f"{anna.id}.x", edge.whose(anna.id + 1, "0" * 64)):
        fields = {**old_tab, "whose": other}
        answer = send(client, "/people/invitations", fields, "/people")
        assert answer.status_code == 403 and "carried" not in answer.text
        assert "copialo prima di ricaricarla" in answer.text and WORDS not in answer.text


def test_a_line_of_an_old_tab_says_so(old_tab, client):
    headers = {"HX-Request": "true", "X-CSRF-Token": old_tab["csrf"]}
    answer = client.post("/people/invitations", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["x-resume"]) == (403, "other")
    assert "adesso c'è Bruno Ferri" in unescape(answer.text)


def test_who_read_in_english_is_asked_to_sign_in_again_in_english(anna, session, client):
    """The language was chosen on another device: this browser had been told nothing."""
    client.cookies.set("language", "it", domain="testserver.local")
    anna.locale = "en"
    session.commit()
    assert '<html lang="en"' in client.get("/account").text
    end(session, anna.id)
    assert '<html lang="en"' in client.get("/account").text, "the page to sign in"
    answer = send(client, "/people/invitations", {"csrf": token(client), "name": WORDS}, "/people")
    assert answer.status_code == 401 and '<html lang="en"' in answer.text


def test_what_cannot_be_taken_up_is_said_in_the_language_of_the_page(anna, session, client):
    end(session, anna.id)
    answer = send(client, "/people/invitations", {"csrf": "0", "name": WORDS}, "/people")
    assert answer.headers["location"] == "/sign-in?next=/people&lost=unknown"
    shown = client.get(answer.headers["location"], headers={"Accept-Language": "en"})
    assert "cannot be taken up again, because your session was closed" in shown.text
    fields = {**sent_to(shown, "/sign-in"), "email": anna.email, "password": "sbagliata-davvero"}
    assert "non si può riprendere" in client.post("/sign-in", data=fields).text
    odd = client.get("/sign-in?lost=<b>qualcosa</b>")
    address = sent_to(odd, "/language")["next"]
    assert address == "/sign-in?lost=%3Cb%3Equalcosa%3C/b%3E", "its own address, as it was asked"
    assert "qualcosa" not in odd.text.replace(address, "") and "riprendere" not in odd.text


def test_a_stranger_is_led_to_the_page_a_form_stood_on(client):
    answer = send(client, "/people/invitations", {}, "/people?q=a")
    assert answer.headers["location"] == "/sign-in?next=/people%3Fq%3Da&lost=nothing"
    answer = send(client, "/people/invitations", {"name": WORDS}, "/people")
    assert answer.headers["location"] == "/sign-in?next=/people&lost=unknown"
    assert WORDS not in client.get(answer.headers["location"]).text


def test_a_piece_of_a_page_leads_to_the_page_it_stands_in(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://testserver.local/account?x=1"}
    answer = client.get("/people", headers=headers, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/account%3Fx%3D1"
    answer = client.post("/people/invitations", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["x-resume"]) == (401, "sign-in")


@pytest.fixture
def dismissed(anna, session, client):
    """Anna's page is open still; the role she held was taken back, and her sessions with it."""
    now, other = clock.now(session), make.person(session, "Ada Regina")
    for who in (anna, other):
        roles.grant(session, None, who.id, roles.ADMINISTRATOR, "house", 0, now)
    roles.revoke(session, other.id, anna.id, roles.ADMINISTRATOR, "house", 0, now)
    session.commit()
    return anna


def test_whose_role_was_taken_is_told_what_may_be_so_by_a_line(dismissed, client):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://testserver.local/people"}
    answer = client.post("/people/invitations", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["x-resume"]) == (401, "closed")
    text = unescape(answer.text)
    assert "la tua sessione è stata chiusa" in text and "quando ti viene tolto un ruolo" in text
    client.cookies.delete(sign_ins.COOKIE)
    answer = client.post("/people/invitations", headers=headers, follow_redirects=False)
    assert answer.headers["x-resume"] == "sign-in", "who went out in this browser knows it"


def test_whose_role_was_taken_is_told_what_may_be_so_by_a_page(dismissed, client):
    fields = {"csrf": token(client), "name": WORDS}
    answer = send(client, "/people/invitations", fields, "/people")
    assert answer.headers["location"] == "/sign-in?next=/people&lost=unknown"
    text = unescape(client.get(answer.headers["location"]).text)
    assert "la tua sessione è stata chiusa (succede quando esci" in text
    assert "quando ti viene tolto un ruolo" in text and WORDS not in text
    pressed = send(client, "/people/invitations", {"csrf": token(client)}, "/people")
    text = unescape(client.get(pressed.headers["location"]).text)
    assert "torni alla pagina dov'eri, se puoi ancora vederla" in text
    in_again = {"email": dismissed.email, "password": PASSWORD, "next": "/people"}
    assert client.post("/sign-in", data=in_again).status_code == 404


def test_an_older_form_is_told_apart_for_a_piece_of_a_page_too(anna, session, client):
    older = client.headers.pop("X-CSRF-Token")
    end(session, anna.id)
    sign_in_again(client, client.get("/sign-in"), anna.email)
    headers = {"HX-Request": "true", "X-CSRF-Token": older}
    answer = client.post("/people/invitations", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["x-resume"]) == (403, "again")
    headers["X-CSRF-Token"] = "0" * 64
    answer = client.post("/people/invitations", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["x-resume"]) == (403, "other")


def test_who_forgot_the_password_and_who_signs_in_plainly_go_on_as_before(anna, client):
    fields = {"email": anna.email, "password": PASSWORD, "next": "/account"}
    answer = client.post("/sign-in", data=fields, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
