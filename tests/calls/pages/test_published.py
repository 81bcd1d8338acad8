import json
import re
from datetime import timedelta

import pytest

from kit.canonical import sha256
from people import roles
from tests import make
from tests.calls import make as world
from tests.calls.examples import local
from tests.jobs import run_all


def test_the_list_says_what_is_open_coming_and_over(session, client, now):
    world.call(session, title="Bando aperto")
    world.call(
        session,
        title="Bando futuro",
        opens_at=local(now + timedelta(days=3)),
    )
    early = now - timedelta(days=60)
    world.call(session, early, title="Bando chiuso")
    session.commit()
    text = client.get("/calls").text
    places = [text.index(words) for words in ("Aperti ora", "Bando aperto", "Non ancora aperti")]
    places += [text.index(words) for words in ("Bando futuro", "Chiusi", "Bando chiuso")]
    assert places == sorted(places)


def test_an_empty_list_teaches(client):
    assert "Nessun bando, per ora" in client.get("/calls").text


def test_a_call_tells_its_grid_its_clock_and_its_text(session, client):
    call = world.call(session)
    session.commit()
    text = client.get(f"/calls/{call.call_id}").text
    for words in (
        "Idea e novità",
        "serve più di 5",
        "Eccellente",
        "Ora del server",
        'id="appeal"',
        "Passa chi ottiene almeno 36 punti su 65.",
        "sorteggio pubblico",
        call.sha256,
        'data-countdown="',
    ):
        assert words in text, words


def test_the_published_content_can_be_hashed_by_anybody(session, client):
    call = world.call(session)
    session.commit()
    answer = client.get(f"/calls/{call.call_id}/content")
    assert sha256(answer.content) == call.sha256
    assert json.loads(answer.content)["title"] == call.title
    early = client.get(f"/calls/{call.call_id}/text")
    assert early.status_code == 409 and "non è ancora pronto" in early.text
    run_all(session)
    session.commit()
    assert client.get(f"/calls/{call.call_id}/text").content.startswith(b"%PDF-")


def test_a_draft_call_is_absent_for_everybody(session, client, sign_in, now):
    from calls.texts import drafts

    author = world.office(session)
    draft = drafts.start(session, author, {"title": "Segreto"}, now)
    session.commit()
    for path in ("", "/text", "/content"):
        assert client.get(f"/calls/{draft.id}{path}").status_code == 404
    sign_in(client, make.person(session))
    assert client.get(f"/calls/{draft.id}").status_code == 404
    assert client.post(f"/calls/{draft.id}/applications").status_code == 404
    assert "Segreto" not in client.get("/calls").text


def test_a_call_that_has_not_opened_takes_no_application(session, client, sign_in, now):
    call = world.call(session, opens_at=local(now + timedelta(days=3)))
    sign_in(client, make.person(session))
    text = client.get(f"/calls/{call.call_id}").text
    assert "Prepara la domanda" not in text
    assert client.post(f"/calls/{call.call_id}/applications").status_code == 409


def test_what_the_office_writes_is_text_and_never_markup(session, client):
    hostile = "<script>alert(1)</script>{{ 7*7 }}"
    call = world.call(session, None, title=hostile, **{"section-aims": hostile})
    session.commit()
    text = client.get(f"/calls/{call.call_id}").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in text


@pytest.mark.parametrize(
    ("role", "why"),
    [
        (("office", "calls", 0), "Lavori nell&#39;ufficio di questo bando: non puoi fare domanda."),
        (("office", "call", None), "Lavori nell&#39;ufficio di questo bando"),
        (("evaluator", "call", None), "Sei nella commissione di questo bando: non puoi fare"),
        (("evaluator", "call", -1), None),
        (None, None),
    ],
    ids=["all calls", "this call", "its commission", "another commission", "nobody"],
)
def test_preparing_an_application_is_offered_to_who_may_and_the_others_read_why(
    session, client, sign_in, now, role, why
):
    call, person = world.call(session), make.person(session)
    if role is not None:
        other = world.call(session).call_id
        name, kind, which = role
        scope = {None: call.call_id, -1: other}.get(which, which)
        roles.grant(session, None, person.id, name, kind, scope, now)
    sign_in(client, person)
    text = client.get(f"/calls/{call.call_id}").text
    assert ("Prepara la domanda" in text) is (why is None)
    assert why is None or why in text
    answer = client.post(f"/calls/{call.call_id}/applications", follow_redirects=False)
    assert answer.status_code == (303 if why is None else 409)


def test_a_call_that_opens_while_its_page_is_open_says_so_and_leads_on(session, client, now):
    call = world.call(session, opens_at=local(now + timedelta(days=3)))
    session.commit()
    page = client.get(f"/calls/{call.call_id}").text
    at = int(call.opens_at.timestamp())
    assert re.search(rf'data-countdown="{at}" data-now="\d+" data-opens', page)
    assert re.search(
        rf'data-from="{at}" data-now="\d+" hidden><a href="/calls/{call.call_id}"', page
    )
