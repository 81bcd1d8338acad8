"""«Invia la domanda» pressed by somebody whose session had ended."""

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, text

from calls.applications import attempts, counts, drafts, submissions
from calls.applications.counts import ApplicationCounts
from calls.tables.applications import LateAttempt, Submission
from kit.audit import AuditEvent
from kit.rome import to_rome
from people.tables.persons import Person
from tests import make
from tests.calls import make as world
from tests.ended import PASSWORD, end, may_sign_in, send
from tests.forms import sent_to


@pytest.fixture
def ada(session, client, sign_in):
    """The author of a draft that lacks nothing, before its check; the form she would send."""
    call, actor = world.call(session), make.actor(session, make.person(session, "Ada Rossi"))
    id_ = world.draft(session, call, actor)
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    email = may_sign_in(session, actor.person_id)
    home = f"/applications/{id_}"
    form = sent_to(client.get(f"{home}/check"), f"{home}/send")
    return call, actor, email, id_, form


def press(client, id_, form):
    return send(client, f"/applications/{id_}/send", form, f"/applications/{id_}/check")


def rows(session):
    return session.execute(select(LateAttempt.person_id, LateAttempt.application_id)).all()


def test_the_sign_in_page_says_until_when_and_the_press_is_kept_once_she_is_in(
    session, client, ada
):
    call, actor, email, id_, form = ada
    end(session, actor.person_id)
    asked = press(client, id_, form)
    said = unescape(asked.text)
    assert asked.status_code == 401 and "quello che hai premuto non è partito" in said
    assert f'data-countdown="{call.deadline_at.timestamp():.0f}"' in said
    assert rows(session) == [], "nobody has signed in yet"
    fields = sent_to(asked, "/sign-in")
    wrong = client.post("/sign-in", data={**fields, "email": email, "password": "sbagliata"})
    assert wrong.status_code == 422 and "data-countdown" in wrong.text, "it goes on counting"
    back = client.post(
        "/sign-in", data={**fields, "email": email, "password": PASSWORD}, follow_redirects=False
    )
    assert (back.status_code, back.headers["location"]) == (303, f"/applications/{id_}/check")
    assert rows(session) == [(actor.person_id, id_)]
    again = {**fields, "email": email, "password": PASSWORD}
    client.post("/sign-in", data=again, follow_redirects=False)
    assert len(rows(session)) == 1, "once"
    assert session.scalar(select(func.count()).select_from(Submission)) == 0, "it counts nothing"
    kept = AuditEvent.action == "calls.application.came_signed_out"
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(kept)) == 1
    assert drafts.own(session, actor, id_).sent is False


def test_somebody_elses_press_is_not_kept_for_who_signs_in(session, client, ada):
    _, actor, _, id_, form = ada
    end(session, actor.person_id)
    fields = sent_to(press(client, id_, form), "/sign-in")
    other = may_sign_in(session, make.person(session, "Bruno").id)
    answer = client.post("/sign-in", data={**fields, "email": other, "password": PASSWORD})
    assert "non l'avevi scritto tu" in unescape(answer.text)
    assert rows(session) == []


def test_a_press_without_a_token_of_the_ended_session_is_not_kept(session, client, ada):
    _, actor, _, id_, form = ada
    end(session, actor.person_id)
    asked = press(client, id_, {**form, "csrf": "x"})
    assert asked.status_code == 303 and "lost=unknown" in asked.headers["location"]


def test_it_is_kept_of_ones_own_unsent_application_alone(session, now):
    call, actor = world.call(session), make.actor(session)
    mine, stranger = world.draft(session, call, actor), make.person(session)
    of = {"application_id": mine}
    assert attempts.ends_at(session, stranger.id, of) is None
    attempts.remember(session, stranger.id, of, now)
    submissions.submit(session, actor, mine, now)
    attempts.remember(session, actor.person_id, of, now)
    assert rows(session) == []


def test_past_the_deadline_she_and_the_office_are_told_that_she_had_pressed_in_time(
    session, client, sign_in, now
):
    early = now - timedelta(hours=1)
    deadline_at = f"{to_rome(now - timedelta(minutes=1)):%Y-%m-%dT%H:%M}"
    call, actor = world.call(session, early, deadline_at=deadline_at), make.actor(session)
    of = {"application_id": world.draft(session, call, actor, early)}
    attempts.remember(session, actor.person_id, of, call.deadline_at + timedelta(milliseconds=900))
    session.commit()
    sign_in(client, session.get(Person, actor.person_id))
    said = unescape(client.get(f"/applications/{of['application_id']}/check").text)
    assert "Hai premuto «Invia la domanda»" in said and "Resta agli atti" in said
    assert counts.of_call(session, call.call_id) == ApplicationCounts(1, 0, 0, 1)
    sign_in(client, session.get(Person, world.office(session).person_id))
    desk = unescape(client.get(f"/office/calls/{call.call_id}").text)
    assert "Premuti in tempo, e non arrivati" in desk


def test_one_that_came_after_the_deadline_is_a_late_one(session, now):
    call, actor = world.call(session), make.actor(session)
    of = {"application_id": world.draft(session, call, actor)}
    late = call.deadline_at + timedelta(seconds=1)
    attempts.remember(session, actor.person_id, of, late)
    assert counts.of_call(session, call.call_id) == ApplicationCounts(1, 0, 1)
    assert session.scalar(text("select count(*) from late_attempt")) == 1
