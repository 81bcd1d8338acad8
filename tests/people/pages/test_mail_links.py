"""The page behind a link of a letter: looking does nothing, pressing does it, spent is spent."""

import re

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from kit.mail import Mail
from people import new_devices, passwords, sign_ins
from people.tables.links import MailLink
from people.tables.sessions import PersonSession
from tests import make
from tests.forms import sent_to

PASSWORD = "tre-cavalli-bianchi"


@pytest.fixture
def token(session, client):
    """The token of the letter of a sign-in; whoever signed in is gone from the browser."""
    anna = make.person(session, password_hash=passwords.hash_password(PASSWORD), locale="en")
    session.commit()
    client.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
    client.cookies.clear()
    letter = session.scalars(select(Mail).where(Mail.kind == new_devices.KIND)).one()
    return re.findall(r"/mail-links/(\S+)", letter.text)[0]


def inside(session):
    session.expire_all()
    return session.scalars(select(PersonSession.id)).all()


def test_looking_changes_nothing_however_often(client, session, token):
    before = inside(session)
    for look in (client.get, client.head, client.get):
        answer = look(f"/mail-links/{token}")
        assert answer.status_code == 200
    assert inside(session) == before and len(before) == 1
    assert session.scalars(select(MailLink.uses_left)).one() == 1


def test_no_other_site_learns_its_address(client, token):
    answer = client.get(f"/mail-links/{token}")
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)


def test_pressing_ends_the_session_and_leads_to_a_new_password(client, session, token):
    path = f"/mail-links/{token}"
    data = sent_to(client.get(path), path)
    answer = client.post(path, data=data, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/password-reset")
    assert inside(session) == []


def test_a_spent_one_says_so_and_the_page_is_that_of_one_never_made(client, session, token):
    path = f"/mail-links/{token}"
    client.post(path, data={}, follow_redirects=False)
    session.commit()
    client.cookies.clear()
    client.cookies.set("language", "en")
    never = "/mail-links/" + "x" * len(token)
    pages = []
    for method in ("get", "post"):
        for each in (path, never):
            answer = getattr(client, method)(each)
            assert answer.status_code == 410 and token not in answer.text.replace(path, "")
            text = answer.text.replace(each, "").replace(each.replace("/", "%2F"), "")
            pages.append(re.sub(r"[0-9a-f]{16}", "", text))
    assert len(set(pages)) == 1


def test_the_log_says_nothing_of_the_token(client, token):
    with capture_logs() as lines:
        client.get(f"/mail-links/{token}")
        client.post(f"/mail-links/{token}", data={})
    assert {line.get("route") for line in lines} >= {"/mail-links/{token}"}
    assert token not in repr(lines)


def test_signing_in_again_in_the_same_browser_tells_nobody(client, session):
    anna = make.person(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    for _ in range(2):
        client.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
        csrf = sign_ins.csrf_token(sign_ins.token_hash(client.cookies[sign_ins.COOKIE]))
        client.post("/sign-out", data={"csrf": csrf})
    told = session.scalars(select(Mail).where(Mail.kind == new_devices.KIND)).all()
    assert len(told) == 1
