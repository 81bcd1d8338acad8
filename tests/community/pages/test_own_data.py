"""One's own data as a page: seen, copied, and the end of one's access."""

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session

from people.tables.persons import Erasure, Person
from tests import make
from tests.forms import filled
from tests.jobs import run_all


@pytest.fixture
def anna(client: Any, session: Session, sign_in: Any) -> Person:
    found = make.person(session)
    session.commit()
    sign_in(client, found)
    return found


def test_the_page_says_what_is_kept_in_words(client: Any, anna: Person) -> None:
    text = client.get("/account/data").text
    assert "Il tuo accesso" in text and "Dove sei entrato" in text
    assert "person_session" not in text and 'href="/account/erasure"' in text
    assert 'href="/account/data"' in client.get("/account").text


def test_a_copy_is_asked_for_read_and_downloaded(
    client: Any, session: Session, anna: Person
) -> None:
    assert client.get("/account/data/copy").status_code == 404
    data = filled(client, "/account/data", {}, action="/account/data/copies")
    assert client.post("/account/data/copies", data=data, follow_redirects=False).status_code == 303
    assert client.get("/account/data/copy").status_code == 409
    run_all(session)
    page = client.get("/account/data/copy")
    assert page.status_code == 200 and anna.name in page.text
    file = client.get("/account/data/copy/file")
    assert file.headers["content-type"].startswith("application/json")
    assert "attachment" in file.headers["content-disposition"]
    assert json.loads(file.content)["email"] == anna.email


def test_nobody_else_reads_a_copy(
    client: Any, session: Session, anna: Person, sign_in: Any
) -> None:
    data = filled(client, "/account/data", {}, action="/account/data/copies")
    client.post("/account/data/copies", data=data)
    run_all(session)
    sign_in(client, make.person(session))
    assert client.get("/account/data/copy").status_code == 404
    assert client.get("/account/data/copy/file").status_code == 404


def test_an_erasure_is_asked_for_with_a_tick_and_withdrawn(
    client: Any, session: Session, anna: Person
) -> None:
    assert client.post("/account/erasure", data={}).status_code == 422
    assert session.get(Erasure, anna.id) is None
    answer = client.post("/account/erasure", data={"sure": "yes"})
    assert answer.status_code == 200 and "sarà cancellato" in answer.text
    assert client.post("/account/erasure/withdrawals").status_code == 200
    session.expire_all()
    assert session.get(Erasure, anna.id) is None
    assert client.post("/account/erasure/withdrawals").status_code == 404


def test_what_stands_in_the_way_is_said_and_refuses(
    client: Any, session: Session, anna: Person
) -> None:
    make.actor(session, anna, ("administrator", "house", 0))
    session.commit()
    assert "unica persona che amministra" in client.get("/account/erasure").text
    answer = client.post("/account/erasure", data={"sure": "yes"})
    assert answer.status_code == 409 and "non si può cancellare" in answer.text
