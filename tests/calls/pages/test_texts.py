from datetime import timedelta

import pytest
from sqlalchemy import func, select

from calls.tables.texts import Call, CallVersion
from calls.texts import drafts
from kit import clock
from kit.paper import documents
from kit.words import text
from people import roles
from people.tables.persons import Person
from tests import make
from tests.calls import make as world
from tests.calls.browsing import press
from tests.calls.examples import call_values
from tests.jobs import run_all


def test_the_office_writes_corrects_and_publishes_a_call(session, client, office, now):
    assert "Ancora nessun bando" in client.get("/office/calls").text
    assert "Scrivi il bando" in client.get("/office/calls/new").text
    typed = call_values(now, budget="tanto")
    begun = press(client, "/office/calls/new", "/office/calls", typed, follow_redirects=False)
    home = begun.headers["location"]
    # The budget alone: no other field is blamed for it.
    assert "Prima di pubblicare c&#39;è 1 cosa" in client.get(home).text.replace("'", "&#39;")
    form = client.get(f"{home}/edit").text
    assert "tanto" in form
    assert "Scrivi un importo in euro" in form
    assert client.get(f"{home}/publish", follow_redirects=False).status_code == 303
    saved = press(client, f"{home}/edit", changes=call_values(now), follow_redirects=False)
    assert saved.headers["location"] == home
    assert "Il bando è completo" in client.get(home).text
    preview = client.get(f"{home}/publish").text
    assert "La versione pubblicata non si cambia più" in preview
    assert session.scalar(select(func.count()).select_from(CallVersion)) == 0
    press(client, f"{home}/publish")
    assert session.scalar(select(func.count()).select_from(CallVersion)) == 1
    assert "Domande inviate" in client.get(home).text
    assert client.get(f"{home}/edit").status_code == 409
    assert client.post(f"{home}/edit", data={"title": "x"}).status_code == 409
    assert client.post(f"{home}/publish").status_code == 409


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2031-03-03T12:00", "lunedì 3 marzo 2031, ore 12:00"),
        ("a marzo", "a marzo"),
        ("2031-03-30T02:30", "2031-03-30T02:30"),  # an hour that the clock skips
        ("", "non ancora scritta"),
    ],
)
def test_the_list_shows_the_deadline_typed_in_a_draft(session, client, office, now, typed, words):
    drafts.start(session, office, call_values(now, deadline_at=typed), now)
    session.commit()
    text = client.get("/office/calls").text
    assert words in text and "ancora in bozza" not in text


def test_an_incomplete_draft_is_not_published_by_a_direct_request(session, client, office, now):
    call = drafts.start(session, office, call_values(now, title=""), now)
    session.commit()
    answer = client.post(f"/office/calls/{call.id}/publish")
    assert answer.status_code == 422
    assert "Il bando non è pubblicato" in answer.text
    assert "Prima di pubblicare c'è 1 cosa" in answer.text
    assert session.scalar(select(func.count()).select_from(CallVersion)) == 0


def test_the_office_pages_are_absent_for_everybody_else(session, client, sign_in, now):
    author = world.office(session)
    call = drafts.start(session, author, {"title": "Segreto"}, now)
    other = make.person(session)
    roles.grant(session, None, other.id, roles.OFFICE, "call", call.id + 1, now)
    sign_in(client, other)
    paths = ("", "/edit", "/publish")
    for path in paths:
        assert client.get(f"/office/calls/{call.id}{path}").status_code == 404
    for path in ("/edit", "/publish", "/text/retry"):
        assert client.post(f"/office/calls/{call.id}{path}", data={}).status_code == 404
    assert client.get("/office/calls/new").status_code == 404
    assert client.post("/office/calls", data={}).status_code == 404
    sign_in(client, make.person(session))
    assert client.get("/office/calls").status_code == 404
    assert session.scalar(select(func.count()).select_from(Call)) == 1


def test_numbers_of_applications_are_all_the_office_sees_before_the_opening(
    session, client, office, now
):
    call = world.call(session)
    world.sent(session, call)
    session.commit()
    text = client.get(f"/office/calls/{call.call_id}").text
    assert "Domande inviate" in text
    assert "Ruota libera" not in text
    assert "Ferrari" not in text


def test_a_text_that_cannot_be_printed_says_why_and_is_asked_for_again(session, client, office):
    call = world.call(session)
    home = f"/office/calls/{call.call_id}"
    assert "in preparazione" in client.get(home).text
    printed = drafts.printed(session, call.version_id)
    assert printed is not None
    documents.fail(session, printed.id, documents.TOO_LARGE)
    session.commit()
    assert "Il documento è troppo grande" in client.get(f"/calls/{call.call_id}/text").text
    shown = client.get(home).text
    assert "Il documento è troppo grande" in shown
    assert f'action="{home}/text/retry"' in shown
    assert "Ci riproviamo: tra poco" in client.post(f"{home}/text/retry").text
    assert client.post(f"{home}/text/retry").status_code == 409
    run_all(session)
    assert f'href="/calls/{call.call_id}/text"' in client.get(home).text


def test_two_drafts_of_one_title_are_told_apart_by_when_they_were_saved(session, client, sign_in):
    office, now = world.office(session), clock.now(session)
    earlier = now - timedelta(days=3)
    for at in (earlier, now):
        drafts.start(session, office, {"title": "Date scritte"}, at)
    sign_in(client, session.get(Person, office.person_id))
    listed = client.get("/office/calls").text
    assert all(f"Salvata {text.when(at)}" in listed for at in (earlier, now))
