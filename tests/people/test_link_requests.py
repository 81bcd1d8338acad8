"""Letters with links are sent a few times an hour, to whoever and from wherever they are asked."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kit import clock, db
from kit.errors import TooMany
from kit.http import keyed
from kit.mail import Mail
from people import link_requests
from people.tables import LinkRequest
from tests import make
from tests.forms import filled, form
from tests.waiting import until_blocked


def letters(session):
    return session.scalar(select(func.count()).select_from(Mail))


def rows(session):
    return session.scalar(select(func.count()).select_from(LinkRequest))


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
        for n in range(link_requests.MOST_PER_EMAIL + 3):
            answer = asked(client, path, {"email": email, "name": "Anna"})
            assert answer.status_code == (200 if n < link_requests.MOST_PER_EMAIL else 429)
        assert answer.headers["retry-after"] == "3600"
        assert "posta" in answer.text and email in answer.text
        key = form(answer.text, path).values["key"]
        texts.append(re.sub(f"{email}|{key}|{answer.headers['x-request-id']}", "", answer.text))
    assert texts[0] == texts[1]
    assert letters(session) <= 2 * link_requests.MOST_PER_EMAIL
    assert rows(session) == 2 * link_requests.MOST_PER_EMAIL


def test_one_address_does_not_write_to_everybody(client, session):
    for n in range(link_requests.MOST_PER_ADDRESS + 5):
        data = {"email": f"vittima{n}@esempio.it", "name": "Anna"}
        answer = asked(client, "/register", data)
    assert answer.status_code == 429
    assert letters(session) == link_requests.MOST_PER_ADDRESS


def test_registering_and_resetting_share_the_count(client, session):
    for path in ("/register", "/password-reset", "/register"):
        typed = {"email": "a@esempio.it", "name": "A"}
        assert asked(client, path, typed).status_code == 200
    answer = asked(client, "/password-reset", {"email": "a@esempio.it"})
    assert answer.status_code == 429


def test_after_an_hour_it_may_be_asked_again_and_nothing_is_kept(session, now):
    for _ in range(link_requests.MOST_PER_EMAIL):
        link_requests.count(session, "a@esempio.it", "192.0.2.1", now)
    with pytest.raises(TooMany):
        link_requests.count(session, "a@esempio.it", "192.0.2.2", now)
    session.execute(
        update(LinkRequest).values(at=now - link_requests.WINDOW - timedelta(seconds=1))
    )
    link_requests.count(session, "a@esempio.it", "192.0.2.1", now)
    link_requests.forget_old(session, now)
    assert rows(session) == 1


def ask(committed, email):
    with committed.sessions() as session:
        link_requests.count(session, email, "192.0.2.7", clock.now(session))
        session.commit()


def test_who_asks_twice_in_one_moment_is_counted_twice(committed):
    email = "insieme@esempio.it"
    for _ in range(link_requests.MOST_PER_EMAIL - 1):
        ask(committed, email)
    with ThreadPoolExecutor(1) as pool, committed.sessions() as last:
        link_requests.count(last, email, "192.0.2.7", clock.now(last))
        beyond = pool.submit(ask, committed, email)
        until_blocked(committed.engine)
        last.commit()
        with pytest.raises(TooMany):
            beyond.result(30)


def test_without_the_lock_one_more_would_pass(committed, monkeypatch):
    """The control: were this refused, the test above would prove nothing."""
    monkeypatch.setattr(db, "lock_exclusive", lambda *_what: None)
    email = "senza@esempio.it"
    for _ in range(link_requests.MOST_PER_EMAIL - 1):
        ask(committed, email)
    with committed.sessions() as last:
        link_requests.count(last, email, "192.0.2.7", clock.now(last))
        ask(committed, email)
        last.commit()
