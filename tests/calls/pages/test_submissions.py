"""Checking, sending, the receipt: what is seen at each step, and what is refused."""

import pytest
from sqlalchemy import event

from calls.applications import drafts, submissions
from kit import shown
from kit.clock import to_rome
from people.tables.persons import Person
from tests import make
from tests.calls import make as world
from tests.calls.browsing import press, untouched
from tests.jobs import run_all


@pytest.fixture
def mine(session, client, sign_in):
    """A complete draft of the signed-in person: who, and its address."""
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    return actor, f"/applications/{application_id}"


def test_sending_leads_to_the_receipt_and_twice_to_the_same(session, client, mine):
    who, home = mine
    form = untouched(client.get(f"{home}/check").text, f"{home}/send")
    for _ in range(2):
        sent = client.post(f"{home}/send", data=form, follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{home}/receipt")
    page = client.get(f"{home}/receipt").text
    assert "La tua domanda è arrivata" in page
    assert "Stiamo preparando la ricevuta" in page
    assert page.count(f"{to_rome(who.now).year}/0000001") == 1


def test_what_is_read_before_sending_has_the_lines_that_were_typed(session, client, mine):
    actor, home = mine
    long = {"idea_what": "Prima riga.\n- Seconda riga.\n- Terza."}
    drafts.set_fields(session, actor, int(home.split("/")[2]), long, actor.now)
    session.commit()
    shown = "<p>Prima riga.</p><ul><li>Seconda riga.</li><li>Terza.</li></ul>"
    assert shown in client.get(f"{home}/check").text


def test_sending_takes_eight_statements_with_the_actor(session, client, mine):
    _, home = mine
    form = untouched(client.get(f"{home}/check").text, f"{home}/send")
    said: list[str] = []
    engine = session.connection().engine

    def note(_connection, _cursor, statement, *_rest):
        if "SAVEPOINT" not in statement:
            said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    client.post(f"{home}/send", data=form, follow_redirects=False)
    event.remove(engine, "before_cursor_execute", note)
    assert len(said) == 8, said


def test_after_sending_every_page_of_the_draft_leads_to_the_receipt(session, client, mine):
    _, home = mine
    press(client, f"{home}/check", f"{home}/send")
    for path in ("", "/check", "/attachments", "/sections/idea"):
        answer = client.get(home + path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{home}/receipt"), path


def test_there_is_no_receipt_of_a_draft(session, client, mine):
    _, home = mine
    assert client.get(f"{home}/receipt").status_code == 404
    assert client.get(f"{home}/receipt/file").status_code == 404


def test_the_printed_receipt_is_downloaded_once_it_is_drawn(session, client, mine):
    _, home = mine
    press(client, f"{home}/check", f"{home}/send")
    assert client.get(f"{home}/receipt/file").status_code in (404, 409)
    run_all(session)
    assert "Scarica la ricevuta" in client.get(f"{home}/receipt").text
    assert client.get(f"{home}/receipt/file").content.startswith(b"%PDF-")


def test_what_is_missing_refuses_the_sending_in_words(session, client, sign_in):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor, idea_what="")
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    seen = shown.pack(drafts.own(session, actor, application_id).parts)
    answer = client.post(f"/applications/{application_id}/send", data={"seen": seen})
    assert answer.status_code == 409
    assert "Non si può ancora inviare: manca 1 cosa." in answer.text
    assert submissions.RECEIPT_DOCUMENT == "calls.receipt"
