"""Guessing at somebody's password: what it stops, and what it must not."""

from people import passwords, sign_ins
from tests import make

PASSWORD = "tre-cavalli-bianchi"


def enter(client, email, password):
    fields = {"email": email, "password": password}
    return client.post("/sign-in", data=fields, follow_redirects=False)


def test_who_is_guessed_at_stays_inside_where_already_signed_in(client, session, sign_in):
    """New sign-ins wait a quarter of an hour, the right password too; open sessions go on."""
    anna = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    for _ in range(sign_ins.MOST_PER_ACCOUNT):
        enter(client, anna.email, "sbagliata-davvero")
    answer = enter(client, anna.email, PASSWORD)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    sign_in(client, anna)
    assert client.get("/account").status_code == 200
