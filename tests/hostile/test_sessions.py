"""Guessing at somebody's password: what it stops, and what it must not."""

from people import guesses, passwords
from tests import make

PASSWORD = "tre-cavalli-bianchi"


def enter(client, email, password):
    fields = {"email": email, "password": password}
    return client.post("/sign-in", data=fields, follow_redirects=False)


def test_who_is_guessed_at_stays_inside_where_already_signed_in(client, session, sign_in):
    """New sign-ins wait a quarter of an hour, the right password too; open sessions go on."""
    anna = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    for _ in range(guesses.ACCOUNT.most):
        enter(client, anna.email, "sbagliata-davvero")
    answer = enter(client, anna.email, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= guesses.ACCOUNT.share.seconds
    sign_in(client, anna)
    assert client.get("/account").status_code == 200
