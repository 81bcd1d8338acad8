"""Guessing at somebody's password, or asking for letters to them: whom it stops, and whom not."""

import pytest

from people import guesses, known_devices, link_requests, passwords, sign_ins
from tests import make
from tests.forms import filled

PASSWORD = "tre-cavalli-bianchi"
HOME, ATTACKER, ELSEWHERE = "192.0.2.1", "198.51.100.9", "203.0.113.5"


@pytest.fixture
def anna(session):
    found = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    return found


@pytest.fixture
def at(client, monkeypatch):
    """Go to another network, with a browser that holds nothing or these cookies."""

    def _at(network, cookies=None):
        monkeypatch.setattr("kit.http.asgi.network", lambda _scope: network)
        client.cookies.clear()
        client.cookies.update(cookies or {})
        return client

    return _at


def enter(client, email, password):
    fields = {"email": email, "password": password}
    return client.post("/sign-in", data=fields, follow_redirects=False)


def guess(client, email, times=guesses.PAIR.most):
    return [enter(client, email, "sbagliata-davvero").status_code for _ in range(times)]


def test_who_is_guessed_at_gets_in_where_they_were_before_and_the_guesser_does_not(anna, at):
    home = at(HOME)
    assert enter(home, anna.email, PASSWORD).status_code == 303
    kept = {known_devices.COOKIE: home.cookies[known_devices.COOKIE]}
    assert set(guess(at(ATTACKER), anna.email)) == {422}
    assert enter(at(ATTACKER), anna.email, PASSWORD).status_code == 429
    assert enter(at(ATTACKER, kept), anna.email, PASSWORD).status_code == 303
    assert enter(at(ELSEWHERE), anna.email, PASSWORD).status_code == 303


def test_a_browser_that_is_known_guesses_no_more_than_a_stranger(anna, at):
    home = at(HOME)
    enter(home, anna.email, PASSWORD)
    home.cookies.delete(sign_ins.COOKIE)
    assert set(guess(home, anna.email, guesses.OWN.most)) == {422}
    assert enter(home, anna.email, PASSWORD).status_code == 429


def test_from_many_networks_all_together_guess_more_slowly(anna, at):
    """The owner of an account that a whole net of machines guesses at comes in by a letter."""
    statuses = []
    for n in range(guesses.ACCOUNT.most // guesses.PAIR.most + 1):
        statuses += guess(at(f"198.51.100.{n}"), anna.email)
    assert statuses.count(422) == guesses.ACCOUNT.most
    refused = enter(at(ELSEWHERE), anna.email, PASSWORD)
    assert refused.status_code == 429 and "chiedi una nuova password" in refused.text


def test_one_network_does_not_guess_at_everybody(session, anna, at):
    attacker = at(ATTACKER)
    for n in range(guesses.NETWORK.most):
        assert enter(attacker, f"persona{n}@altrove.it", "password1234").status_code == 422
    assert enter(attacker, anna.email, PASSWORD).status_code == 429
    assert enter(at(ELSEWHERE), anna.email, PASSWORD).status_code == 303


def test_who_is_guessed_at_stays_inside_where_already_signed_in(client, anna, at, sign_in):
    guess(at(ATTACKER), anna.email)
    sign_in(at(ATTACKER), anna)
    assert client.get("/account").status_code == 200


def ask(client, email):
    data = filled(client, "/password-reset", {"email": email})
    return client.post("/password-reset", data=data).status_code


def test_letters_that_strangers_ask_for_keep_nobody_from_a_new_password(
    anna, at, sign_in, monkeypatch
):
    monkeypatch.setattr("kit.http.keyed.SAME_WITHIN", guesses.QUARTER * 0)
    home = at(HOME)
    enter(home, anna.email, PASSWORD)
    kept = {known_devices.COOKIE: home.cookies[known_devices.COOKIE]}
    for n in range(4):
        attacker = at(f"198.51.100.{n}")
        last = [ask(attacker, anna.email) for _ in range(link_requests.PAIR.most + 1)]
    assert set(last) == {429}
    assert ask(at(ELSEWHERE), anna.email) == 429
    assert ask(at(ELSEWHERE, kept), anna.email) == 200
    assert ask(sign_in(at(ATTACKER), anna), anna.email) == 200
