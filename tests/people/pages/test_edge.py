"""What the edge provides: who acts, from where, and that a form belongs to its session."""

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from litestar import Request

from kit import clock
from kit.http import hop
from people import passwords, proofs, sign_ins
from people.pages import edge
from tests import make
from tests.forms import filled

PASSWORD = "tre-cavalli-bianchi"


@pytest.fixture
def anna(session):
    found = make.person(session, "Anna Bianchi", password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    return found


def test_a_form_without_the_token_of_the_session_changes_nothing(client, anna, session, sign_in):
    sign_in(client, anna)
    for given in ("", "0" * 64, "è"):
        client.headers.pop("X-CSRF-Token", None)
        answer = client.post("/sign-out", data={"csrf": given}, follow_redirects=False)
        assert answer.status_code == 403
    assert client.get("/account").status_code == 200


def test_the_token_of_a_form_counts_in_the_form_too(client, anna, sign_in):
    sign_in(client, anna)
    given = client.headers.pop("X-CSRF-Token")
    answer = client.post("/sign-out", data={"csrf": given}, follow_redirects=False)
    assert answer.status_code == 303


def test_a_visitors_form_needs_the_token_once_somebody_is_signed_in(client, anna, sign_in):
    fields = {"email": "altra@esempio.it", "name": "Sara"}
    for other in (None, anna):
        if other is not None:
            sign_in(client, other)
        sent = filled(client, "/register", fields)
        assert client.post("/register", data=sent).status_code == 200
    sent = {**filled(client, "/register", fields), "csrf": ""}
    del client.headers["X-CSRF-Token"]
    assert client.post("/register", data=sent).status_code == 403


def test_looking_needs_no_token(client, anna, sign_in):
    sign_in(client, anna)
    del client.headers["X-CSRF-Token"]
    assert client.get("/account").status_code == 200


def test_who_is_not_signed_in_is_sent_to_sign_in_and_sees_what_is_public(client):
    answer = client.get("/account", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")
    assert client.get("/register").status_code == 200


def test_the_page_of_somebody_carries_the_token_of_the_session(client, anna, sign_in):
    sign_in(client, anna)
    token = client.cookies[sign_ins.COOKIE]
    assert sign_ins.csrf_token(sign_ins.token_hash(token)) in client.get("/account").text


def request(host=None, **headers):
    """A request as the server hands it on."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = None if host is None else (host, 50_000)
    scope: Any = {"type": "http", "client": client, "headers": pairs}
    return Request(scope)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("no:address", "no:address"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_of_an_address_that_can_be_chosen_anew_only_the_network_counts(host, address):
    assert edge.address(request(host)) == address


def test_a_device_is_what_the_browser_says_and_not_too_much_of_it():
    assert edge.device(request(user_agent="Firefox")) == "Firefox"
    assert edge.device(request(user_agent="x" * 300)) == "x" * 200
    assert edge.device(request()) == ""


def test_the_token_is_that_of_the_cookie_or_none():
    assert edge.session_token(request(cookie=f"{sign_ins.COOKIE}=abc; other=x")) == "abc"
    assert edge.session_token(request(cookie="other=x")) == ""


def test_the_instant_of_a_request_is_that_of_its_last_byte_whatever_it_waited_for(session, anna):
    token = sign_ins.open_session(
        session, anna.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
    )
    waited = 7.0  # seconds for a place, a thread and a connection

    def asked(**state: float) -> Request[Any, Any, Any]:
        cookie = f"{sign_ins.COOKIE}={token}".encode()
        scope = {"type": "http", "method": "GET", "headers": [(b"cookie", cookie)], "state": state}
        return Request(scope)  # type: ignore[arg-type]

    late = asked(whole_at=monotonic() - waited)
    actor = edge.provide_actor(late, session)
    behind = actor.now - hop.received_at(late)
    assert timedelta(seconds=waited) <= behind < timedelta(seconds=waited + 5)
    # The control: without what the gate wrote there is only the clock after the wait.
    plain = asked()
    assert edge.provide_actor(plain, session).now == hop.received_at(plain)
