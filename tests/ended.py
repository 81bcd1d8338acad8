"""Sessions that end by themselves in the middle of a form, and the way back to it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from kit.http import carried
from people import passwords, sign_ins
from people.tables.persons import Person
from people.tables.sessions import PersonSession
from tests.forms import sent_to

PASSWORD = "tre-cavalli-bianchi"
_HASHED: list[str] = []


def may_sign_in(session: Session, person_id: int) -> str:
    """Give a person the password of these tests; tells the address."""
    if not _HASHED:
        _HASHED.append(passwords.hash_password(PASSWORD))
    person = session.get_one(Person, person_id)
    person.password_hash = _HASHED[0]
    session.commit()
    return person.email


def end(session: Session, person_id: int, *, days: int = 8) -> None:
    """Let nobody have seen the sessions of a person for so many days."""
    session.execute(
        update(PersonSession)
        .where(PersonSession.person_id == person_id)
        .values(last_seen_at=PersonSession.last_seen_at - timedelta(days=days))
    )
    session.commit()


def send(client: Any, path: str, fields: dict[str, str], page: str = "") -> Any:
    """Send a form as the browser of a page does: its token is a field of it."""
    client.headers.pop("X-CSRF-Token", None)
    headers = {"Referer": f"https://testserver.local{page or path}"}
    return client.post(path, data=fields, headers=headers, follow_redirects=False)


def sign_in_again(client: Any, answer: Any, email: str) -> Any:
    """Fill in the sign-in page that came instead of an answer."""
    fields = {**sent_to(answer, "/sign-in"), "email": email, "password": PASSWORD}
    inside = client.post("/sign-in", data=fields, follow_redirects=False)
    client.cookies.clear()
    client.cookies.set(sign_ins.COOKIE, inside.cookies[sign_ins.COOKIE])
    return inside


def resumed(client: Any, answer: Any, path: str) -> Any:
    """Press the one button of the page after the sign-in."""
    fields = sent_to(answer, path)
    assert set(fields) == {"csrf", "whose", carried.RESUMED}
    return client.post(path, data=fields, follow_redirects=False)


def token(client: Any) -> str:
    """The form token of the cookie that a client has."""
    return sign_ins.csrf_token(sign_ins.token_hash(client.cookies[sign_ins.COOKIE]))
