"""Declaring before reading: what is asked, what is refused; more in test_shown_acts.py."""

import html

import pytest

from calls.tables.commission import ConflictDeclaration
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls.browsing import press, untouched


@pytest.fixture
def page(session, client, sign_in):
    found = commissions.world(session, declared=False)
    sign_in(client, session.get(Person, found.evaluators[0].person_id))
    key = found.keys[0]
    return f"/calls/{key.call_id}/evaluations/{key.application_id}"


def test_without_a_choice_it_is_asked_again_and_the_note_stays(client, page):
    answer = press(client, page, f"{page}/declaration", {"note": "Ci penso."})
    assert answer.status_code == 422
    assert "Scegli una delle possibilità." in answer.text and "Ci penso." in answer.text
    assert "seen" in untouched(answer.text, f"{page}/declaration")


def test_a_declaration_of_no_conflict_opens_the_content(session, client, page):
    answer = press(client, page, f"{page}/declaration", {"kind": "none"})
    assert answer.status_code == 200 and "ciclofficina" in answer.text
    assert session.query(ConflictDeclaration).one().kind == "none"


def test_a_form_that_shows_nothing_declares_nothing(session, client, page):
    answer = client.post(f"{page}/declaration", data={"kind": "family"})
    assert answer.status_code == 409
    assert "La dichiarazione non è registrata" in answer.text
    assert session.query(ConflictDeclaration).count() == 0


def test_a_note_is_read_by_the_office_alone_also_without_a_conflict(session, client, sign_in, page):
    press(client, page, f"{page}/declaration", {"kind": "none", "note": "L'ho visto una volta."})
    found = session.query(ConflictDeclaration).one()
    call_id = page.split("/")[2]
    assert "visto una volta" not in client.get(f"/calls/{call_id}/ranking").text
    office = make.actor(session, None, ("office", "call", int(call_id)))
    sign_in(client, session.get(Person, office.person_id))
    desk = html.unescape(client.get(f"/office/calls/{call_id}/evaluation").text)
    assert found.note == "L'ho visto una volta." and found.note in desk
    assert "Nessun conflitto" in desk and "non conta" not in desk


def test_what_goes_along_with_a_declared_conflict_is_told_by_the_code_and_not_by_the_person(
    session, client, page
):
    """Two accounts, or a firm's code, may stand behind applications with one code."""
    asked = client.get(page).text
    told = press(client, page, f"{page}/declaration", {"kind": "none"}).text
    gone = press(client, page, f"{page}/declaration", {"kind": "family"}).text
    for text in (asked, told, gone):
        assert "lo stesso codice fiscale" in text and "stessa persona" not in text


def test_a_tie_that_comes_to_light_later_is_explained_too_and_the_office_reads_why(
    session, client, sign_in
):
    found = commissions.world(session)
    evaluator, key = found.evaluators[0], found.keys[0]
    sign_in(client, session.get(Person, evaluator.person_id))
    page = f"/calls/{key.call_id}/evaluations/{key.application_id}"
    shown = client.get(page).text
    assert "Non si torna indietro." in shown.split("Ho scoperto un legame")[1]
    said = {"kind": "work", "note": "Abbiamo lavorato insieme nel 2024."}
    press(client, page, f"{page}/declaration", said)
    sign_in(client, session.get(Person, found.office.person_id))
    desk = client.get(f"/office/calls/{key.call_id}/evaluation").text
    assert "Abbiamo lavorato insieme nel 2024." in desk
