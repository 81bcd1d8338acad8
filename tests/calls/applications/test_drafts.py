from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from calls.applications import drafts, submissions
from calls.tables.applications import Application
from kit.audit import AuditEvent
from kit.errors import Invalid, NotFound, Refused
from tests import make
from tests.calls import make as world
from tests.calls.examples import application_values


def test_an_application_is_begun_once_and_saved_field_by_field(session, now):
    call, actor = world.call(session), make.actor(session)
    first = drafts.start(session, actor, call.call_id, now)
    again = drafts.start(session, actor, call.call_id, now)
    assert first.id == again.id
    drafts.set_fields(session, actor, first.id, {"firm_name": "Ruota"}, now)
    drafts.set_fields(session, actor, first.id, {"idea_what": "Bici"}, now)
    drafts.set_fields(session, actor, first.id, {"firm_name": " Ruota libera "}, now)
    draft = drafts.own(session, actor, first.id)
    assert draft.values == {"firm_name": "Ruota libera", "idea_what": "Bici"}
    assert [task.state for task in draft.tasks][:3] == ["started", "empty", "started"]


def test_a_draft_is_saved_whatever_it_says_but_only_in_fields_of_the_form(session, now):
    call, actor = world.call(session), make.actor(session)
    application = drafts.start(session, actor, call.call_id, now)
    typed = {"source_own": "boh", "birth_day": "ieri", "state": "submitted", "person_id": "1"}
    drafts.set_fields(session, actor, application.id, typed, now)
    draft = drafts.own(session, actor, application.id)
    assert draft.values == {"source_own": "boh", "birth_day": "ieri"}
    with pytest.raises(Invalid):
        drafts.set_fields(session, actor, application.id, {"idea_what": "x" * 20_001}, now)


def test_an_application_belongs_to_its_person_alone(session, now):
    call, actor, other = world.call(session), make.actor(session), make.actor(session)
    application = drafts.start(session, actor, call.call_id, now)
    for act in (
        lambda: drafts.own(session, other, application.id),
        lambda: drafts.set_fields(session, other, application.id, {"firm_name": "x"}, now),
        lambda: submissions.submit(session, other, application.id, now),
        lambda: drafts.own(session, other, application.id + 1),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_call_takes_applications_only_while_it_is_open(session, now):
    call, actor = world.call(session), make.actor(session)
    with pytest.raises(Refused, match="non è ancora aperto"):
        drafts.start(session, actor, call.call_id, call.opens_at - timedelta(seconds=1))
    with pytest.raises(Refused, match="scaduto"):
        drafts.start(session, actor, call.call_id, call.deadline_at + timedelta(seconds=1))
    with pytest.raises(NotFound):
        drafts.start(session, actor, call.call_id + 1, now)
    assert session.scalar(select(func.count()).select_from(Application)) == 0


def test_the_audit_knows_that_a_field_changed_and_not_what_it_says(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.subject_kind == "application")
    ).all()
    assert [event.action for event in events] == [
        "calls.application.started",
        "calls.application.saved",
    ]
    said = f"{events[1].before} {events[1].after}"
    assert set(events[1].after["fields"]) == set(application_values())
    for value in application_values().values():
        if len(value) > 6:
            assert value not in said
    salt = session.get(Application, application_id).salt
    expected = drafts.fingerprints(salt, {"firm_name": "Ruota libera"})
    assert events[1].after["fields"]["firm_name"] == expected["firm_name"]
    assert drafts.fingerprints(b"other", {"firm_name": "Ruota libera"}) != expected


def test_saving_what_is_there_already_writes_nothing(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    before = session.scalar(select(func.count()).select_from(AuditEvent))
    drafts.set_fields(session, actor, application_id, {"firm_name": "Ruota libera "}, now)
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_after_sending_nothing_of_an_application_changes(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    submissions.submit(session, actor, application_id, now)
    with pytest.raises(Refused, match="già stata inviata"):
        drafts.set_fields(session, actor, application_id, {"firm_name": "Altro"}, now)


@pytest.mark.parametrize(
    "statement",
    [
        "update application set state = 'draft', submitted_at = null where id = :id",
        "delete from application where id = :id",
        "update application_field set value = 'x' where application_id = :id",
        "delete from application_field where application_id = :id",
        "insert into application_field values (:id, 'new', 'x', now())",
        "insert into attachment (application_id, filename, size, sha256, uploaded_at)"
        " values (:id, 'a', 1, 'b', now())",
    ],
)
def test_the_database_itself_keeps_a_sent_application(session, now, statement):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    submissions.submit(session, actor, application_id, now)
    with pytest.raises(DBAPIError, match="was sent"):
        session.execute(text(statement), {"id": application_id})
