"""The jobs of the calls: each asked for has a body, draws one document, and may run twice."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

import calls.jobs
from calls import papers
from calls.applications import submissions
from calls.rankings import rankings
from kit import clock, files
from kit.jobs import tasks
from kit.mail import Mail
from kit.paper import documents, pdf
from tests import make
from tests.calls import commissions
from tests.calls import make as world
from tests.jobs import queued, run_all

ROOT = Path(__file__).parents[2]
ASKED = re.compile(r'(?:task=|DOCUMENT = |enqueue\(session, |in_turn\(session, )"(calls\.[a-z_]+)"')


def within(session):
    """The test's own transaction in the place of the job's."""

    @contextmanager
    def transaction():
        yield session
        session.flush()

    return transaction


def test_the_jobs_asked_for_are_the_jobs_there_are():
    asked = {
        name
        for path in (ROOT / "calls").rglob("*.py")
        for name in ASKED.findall(path.read_text(encoding="utf-8"))
    }
    of_calls = {name: task for name, task in tasks.items() if name.startswith("calls.")}
    assert asked == {name for name, task in of_calls.items() if not task.cron}
    letters = {"calls.ranking_notices", "calls.file_notice"}
    for name in asked - letters - {"calls.inspection"}:
        assert tasks[name].effect and tasks[name].queue == "documents"
    assert tasks["calls.inspection"].effect and tasks["calls.inspection"].queue == "inspections"
    assert {tasks[name].queue for name in letters} == {"mail"}


def test_the_receipt_is_printed_kept_and_posted_once(session, now):
    call, actor = world.call(session), make.actor(session)
    application_id = world.draft(session, call, actor)
    submission = submissions.submit(session, actor, application_id, now)
    run_all(session)
    document = documents.of(session, "submission", submission.id)[0]
    session.refresh(document)
    assert document.state == "ready"
    assert document.sha256 is not None
    pdf = files.get(document.sha256)
    assert pdf.startswith(b"%PDF-")
    letter = session.scalars(select(Mail).where(Mail.to == actor.email)).one()
    assert letter.attachments == [document.id]
    assert submissions.protocol(submission) in letter.subject
    calls.jobs.receipt(within(session), document.id, submission.id)
    assert len(session.scalars(select(Mail).where(Mail.to == actor.email)).all()) == 1


@pytest.fixture
def published(session, now):
    return world.call(session, now)


def document_of(session, kind, subject_id):
    (document,) = documents.of(session, kind, subject_id)
    session.refresh(document)
    return document


def test_the_text_of_a_call_is_drawn_once(session, now, published):
    assert [name for name, _ in queued(session)] == ["calls.text"]
    run_all(session)
    document = document_of(session, "call_version", published.version_id)
    assert document.state == "ready" and files.get(document.sha256).startswith(b"%PDF-")
    ready_at = document.ready_at
    calls.jobs.call_text(within(session), document.id, published.version_id)
    session.refresh(document)
    assert document.ready_at == ready_at


def test_a_ranking_is_drawn_with_its_file(session):
    found = commissions.world(session)
    commissions.send_all(session, found)
    row = rankings.publish(session, found.office, found.call_id, clock.now(session))
    assert ("calls.ranking", row.id) in [
        (name, args.get("ranking_id")) for name, args in queued(session)
    ]
    run_all(session)
    document = document_of(session, "ranking", row.id)
    assert document.state == "ready" and files.get(document.sha256).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["receipt", "call_text", "ranking"])
def test_what_is_not_there_is_said_at_its_document_and_nothing_is_posted(session, now, name):
    document = documents.request(
        session,
        kind=name,
        subject_kind="nothing",
        subject_id=1,
        filename="x.pdf",
        media_type="application/pdf",
        task=f"calls.{name.removeprefix('call_')}",
        now=now,
    )
    getattr(calls.jobs, name)(within(session), document.id, 10**15)
    session.refresh(document)
    assert document.state == "failed" and document.error
    assert session.scalars(select(Mail)).all() == []


def test_the_text_of_a_call_may_be_as_long_as_its_fields_allow(session, published):
    assert papers.call_text(session, published.version_id).limits == pdf.LIST


def test_a_document_that_was_thrown_away_is_not_drawn(session, now, published):
    calls.jobs.call_text(within(session), 10**15, published.version_id)
    assert document_of(session, "call_version", published.version_id).state == "queued"
