"""Letters with links are sent a few times an hour, to whoever and from wherever they are asked."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit import limits
from kit.errors import Message, TooMany
from kit.http import keyed
from kit.limits import Use
from kit.mail import Mail
from people import known_devices, link_letters, link_requests
from people.known_devices import Caller
from tests import make
from tests.forms import filled, form
from tests.jobs import run_all

EMAIL, HERE = "nessuno@esempio.it", Caller("192.0.2.1")


def letters(session):
    run_all(session)
    return session.scalar(select(func.count()).select_from(Mail))


@pytest.fixture(autouse=True)
def a_while_passes(monkeypatch):
    """The same words are asked again when they are no longer taken for the same sending."""
    monkeypatch.setattr(keyed, "SAME_WITHIN", timedelta(0))


def asked(client, path, typed):
    """Open the page and fill it in."""
    return client.post(path, data=filled(client, path, typed))


@pytest.mark.parametrize("path", ["/register", "/password-reset"])
def test_a_letter_box_is_not_flooded_and_the_answer_does_not_tell_who_is_known(
    client, session, path
):
    known = make.person(session).email
    session.commit()
    texts = []
    for email in (known, "nessuno@esempio.it"):
        for n in range(link_requests.PAIR.most + 3):
            answer = asked(client, path, {"email": email, "name": "Anna"})
            assert answer.status_code == (200 if n < link_requests.PAIR.most else 429)
        assert 0 < int(answer.headers["retry-after"]) <= link_requests.PAIR.share.seconds
        assert "posta" in answer.text and email in answer.text
        key = form(answer.text, path).values["key"]
        texts.append(re.sub(f"{email}|{key}|{answer.headers['x-request-id']}", "", answer.text))
    assert texts[0] == texts[1]
    assert letters(session) <= 2 * link_requests.PAIR.most


def test_one_address_does_not_write_to_everybody(client, session):
    for n in range(link_requests.NETWORK.most + 5):
        data = {"email": f"vittima{n}@esempio.it", "name": "Anna"}
        answer = asked(client, "/register", data)
    assert answer.status_code == 429
    assert letters(session) == link_requests.NETWORK.most


def test_who_asks_for_registrations_uses_up_no_new_password(client, session):
    anna = make.person(session)
    session.commit()
    typed = {"email": anna.email, "name": "A"}
    statuses = [asked(client, "/register", typed).status_code for _ in range(4)]
    assert statuses == [200] * 3 + [429]
    assert asked(client, "/password-reset", typed).status_code == 200


def spend(session, use, now):
    for _ in range(use.limit.most):
        limits.take(session, [use], now, Message(""))


@pytest.mark.parametrize("purpose", list(link_requests.RECIPIENT))
def test_what_strangers_ask_for_stops_them_first_and_a_letter_box_is_never_flooded(
    session, now, purpose
):
    def passed(network, times):
        found = 0
        for _ in range(times):
            with suppress(TooMany), session.begin_nested():
                link_requests.count(session, purpose, EMAIL, Caller(network), now)
                found += 1
        return found

    assert passed("192.0.2.1", 9) == link_requests.PAIR.most
    assert passed("192.0.2.2", 9) == link_requests.PAIR.most
    assert passed("192.0.2.3", 9) == 0, "the box is full of letters by now"


def test_before_the_last_link_in_a_full_box_ends_another_letter_may_go(session):
    share = {name: limit.share for name, limit in link_requests.RECIPIENT.items()}
    assert share["reset"] <= timedelta(minutes=link_letters.RESET_MINUTES)
    assert share["registration"] <= timedelta(hours=link_letters.REGISTRATION_HOURS)


@pytest.mark.parametrize("way", ["browser", "session"])
def test_the_owner_has_an_allowance_that_nobody_else_uses_up(session, now, way):
    anna = make.person(session)
    known = known_devices.remember(session, anna.id, "", now) if way == "browser" else ""
    owner = Caller("192.0.2.1", known, anna.email if way == "session" else "")
    strangers = Use(link_requests.RECIPIENT["reset"], anna.email)
    for use in (strangers, Use(link_requests.NETWORK, "192.0.2.1")):
        spend(session, use, now)
    with pytest.raises(TooMany), session.begin_nested():
        link_requests.count(session, "reset", anna.email, Caller("192.0.2.1"), now)
    for _ in range(link_requests.OWN.most):
        link_requests.count(session, "reset", anna.email, owner, now)
    with pytest.raises(TooMany):
        link_requests.count(session, "reset", anna.email, owner, now)


def test_after_a_while_it_may_be_asked_again(session, now):
    for _ in range(link_requests.PAIR.most):
        link_requests.count(session, "reset", EMAIL, HERE, now)
    with pytest.raises(TooMany), session.begin_nested():
        link_requests.count(session, "reset", EMAIL, HERE, now)
    link_requests.count(session, "reset", EMAIL, HERE, now + link_requests.PAIR.share)
