"""Correcting one's own name and address, as a browser does it."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.mail import Mail
from people.tables.persons import Person
from tests import make
from tests.forms import filled
from tests.jobs import run_all


@pytest.fixture
def anna(client: Any, session: Session, sign_in: Any) -> Person:
    found = make.person(session)
    session.commit()
    sign_in(client, found)
    return found


def test_a_name_is_corrected_and_an_empty_one_refused(
    client: Any, session: Session, anna: Person
) -> None:
    data = filled(client, "/account/name", {"name": "Anna Rossi"})
    assert client.post("/account/name", data=data, follow_redirects=False).status_code == 303
    assert "Anna Rossi" in client.get("/account").text
    empty = filled(client, "/account/name", {"name": "  "})
    assert client.post("/account/name", data=empty).status_code == 422


def test_what_another_page_saved_meanwhile_is_told(client: Any, anna: Person) -> None:
    mine = filled(client, "/account/name", {"name": "Anna Rossi"})
    other = filled(client, "/account/name", {"name": "Anna Verdi"})
    client.post("/account/name", data=other)
    answer = client.post("/account/name", data=mine)
    assert answer.status_code == 422 and "Anna Verdi" in answer.text


def test_a_new_address_from_the_form_to_the_letter(
    client: Any, session: Session, anna: Person
) -> None:
    data = filled(client, "/account/address", {"email": "nuova@esempio.it"})
    assert client.post("/account/address", data=data, follow_redirects=False).status_code == 303
    assert "apri la lettera" in client.get("/account/address").text
    run_all(session)
    letter = session.scalars(select(Mail.text).where(Mail.to == "nuova@esempio.it")).one()
    found = re.search(r"/account/new-address/\S+", letter)
    assert found
    assert "nuova@esempio.it" in client.get(found[0]).text
    session.expire_all()
    assert session.get_one(Person, anna.id).email != "nuova@esempio.it", "looking changes nothing"
    assert client.post(found[0], follow_redirects=False).headers["location"] == "/account"
    assert "nuova@esempio.it" in client.get("/account").text
    assert client.post(found[0]).status_code == 404


def test_the_answer_for_a_taken_address_is_the_same(
    client: Any, session: Session, anna: Person
) -> None:
    other = make.person(session)
    session.commit()
    told = []
    for email in (other.email, "libero@esempio.it"):
        data = filled(client, "/account/address", {"email": email})
        answer = client.post("/account/address", data=data)
        told.append((answer.status_code, answer.text.count("apri la lettera")))
    assert told == [(200, 1), (200, 1)]


def test_the_same_address_is_refused_and_a_new_one_can_be_given_up(
    client: Any, anna: Person
) -> None:
    same = filled(client, "/account/address", {"email": anna.email})
    answer = client.post("/account/address", data=same)
    assert answer.status_code == 422 and "hai già" in answer.text
    data = filled(client, "/account/address", {"email": "nuova@esempio.it"})
    client.post("/account/address", data=data)
    assert client.post("/account/address/withdrawals").status_code == 200
    assert client.post("/account/address/withdrawals").status_code == 404
