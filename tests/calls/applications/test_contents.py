"""An application is read at once, by its owner, with the version that is asked for."""

import pytest
from sqlalchemy import func, select

from calls.applications import attachments, contents, drafts, submissions
from calls.tables.applications import Application
from calls.tables.texts import CallVersion
from kit.errors import NotFound
from kit.http.forms import Upload
from tests import make
from tests.calls import make as world


def test_an_empty_draft_has_nothing_in_it(session, now):
    call, actor = world.call(session), make.actor(session)
    application = drafts.start(session, actor, call.call_id, now)
    found = contents.read(session, contents.AS_BEGUN, actor, application.id)
    assert (found.values, found.attachments, found.submission) == ({}, [], None)
    assert found.call == call and not found.sent


def test_values_and_files_come_as_they_were_kept(session, now):
    call, actor = world.call(session), make.actor(session)
    odd = 'Tre "virgolette", una \\ e un a capo\nqui: è così.'
    application_id = world.draft(session, call, actor, idea_what=odd)
    kept = [
        attachments.add(
            session, actor, application_id, Upload(name, "application/pdf", name.encode()), now
        )
        for name in ("z.pdf", "à.pdf")
    ]
    found = contents.read(session, contents.AS_BEGUN, actor, application_id)
    assert found.values["idea_what"] == odd
    assert list(found.attachments) == kept


def test_what_was_sent_comes_with_it(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    submission = submissions.submit(session, actor, application_id, now)
    found = contents.read(session, contents.AS_BEGUN, actor, application_id)
    assert found.sent and found.submission is not None
    assert found.submission.sha256 == submission.sha256


def test_somebody_elses_is_absent(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    for statement in (contents.AS_BEGUN, contents.IN_FORCE):
        with pytest.raises(NotFound):
            contents.read(session, statement, make.actor(session), application_id)
        with pytest.raises(NotFound):
            contents.read(session, statement, actor, application_id + 1)


def test_the_version_in_force_may_be_another_than_the_one_begun_on(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    first = session.get_one(CallVersion, call.version_id)
    values = {name: getattr(first, name) for name in ("title", "content", "sha256", "opens_at")}
    session.add(
        CallVersion(
            call_id=call.call_id,
            number=2,
            deadline_at=first.deadline_at,
            published_by=first.published_by,
            published_at=now,
            **values,
        )
    )
    session.flush()
    numbers = [
        contents.read(session, statement, actor, application_id).call.number
        for statement in (contents.AS_BEGUN, contents.IN_FORCE)
    ]
    assert numbers == [1, 2]
    assert session.scalar(select(func.count()).select_from(Application)) == 1
