"""Letters with links are sent a few times an hour, to whoever and from wherever they are asked."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kit.errors import TooMany
from kit.http import keyed
from kit.mail import Mail
from people import link_requests
from tests import make
from tests.forms import filled, form


def letters(session):
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
        for n in range(link_requests.RECIPIENT.most + 3):
            answer = asked(client, path, {"email": email, "name": "Anna"})
            assert answer.status_code == (200 if n < link_requests.RECIPIENT.most else 429)
        assert 0 < int(answer.headers["retry-after"]) <= link_requests.RECIPIENT.share.seconds
        assert "posta" in answer.text and email in answer.text
        key = form(answer.text, path).values["key"]
        texts.append(re.sub(f"{email}|{key}|{answer.headers['x-request-id']}", "", answer.text))
    assert texts[0] == texts[1]
    assert letters(session) <= 2 * link_requests.RECIPIENT.most


def test_one_address_does_not_write_to_everybody(client, session):
    for n in range(link_requests.NETWORK.most + 5):
        data = {"email": f"vittima{n}@esempio.it", "name": "Anna"}
        answer = asked(client, "/register", data)
    assert answer.status_code == 429
    assert letters(session) == link_requests.NETWORK.most


def test_registering_and_resetting_share_the_count(client, session):
    for path in ("/register", "/password-reset", "/register"):
        typed = {"email": "a@esempio.it", "name": "A"}
        assert asked(client, path, typed).status_code == 200
    answer = asked(client, "/password-reset", {"email": "a@esempio.it"})
    assert answer.status_code == 429


def test_after_a_while_it_may_be_asked_again(session, now):
    recipient = link_requests.RECIPIENT
    for _ in range(recipient.most):
        link_requests.count(session, "a@esempio.it", "192.0.2.1", now)
    with pytest.raises(TooMany):
        link_requests.count(session, "a@esempio.it", "192.0.2.2", now)
    link_requests.count(session, "a@esempio.it", "192.0.2.1", now + recipient.share)
