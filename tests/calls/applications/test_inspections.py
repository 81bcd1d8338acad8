"""Files looked through by a job: to an end each, in turn, and before or after a sending."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, select, text

from calls import checks
from calls.applications import attachments, drafts, inspections, submissions
from calls.applications.rules.inspections import MOST_TRIES
from calls.tables.applications import Attachment, FileInspection, RefusedFile, Submission
from kit import clock, db, files, shown
from kit.audit import AuditEvent
from kit.errors import Message
from kit.http.forms import Upload
from kit.shown import Changed
from tests import make
from tests.calls import make as world
from tests.jobs import queued, run_all
from tests.kit.paper.hostile import document, forgotten_script
from tests.waiting import until_blocked

LOCKED = Message("Il PDF è protetto da una password.")


@pytest.fixture
def mine(session):
    actor = make.actor(session)
    return actor, world.draft(session, world.call(session), actor)


def add(session, mine, content=b"%PDF-1", name="cv.pdf", at=None):
    upload = Upload(name, "application/pdf", content)
    return attachments.add(session, mine[0], mine[1], upload, at or clock.now(session))


def known(session, mine):
    return [
        (file.filename, file.state) for file in drafts.own(session, mine[0], mine[1]).attachments
    ]


def gone(session, mine):
    return [
        (file.filename, f"{file.said} {file.advice or ''}".strip())
        for file in drafts.own(session, mine[0], mine[1]).not_kept
    ]


def test_a_kept_file_waits_for_its_job_and_opens(session, mine):
    add(session, mine, document())
    assert known(session, mine) == [("cv.pdf", "waiting")]
    assert queued(session)[-1][0] == "calls.inspection"
    run_all(session)
    assert known(session, mine) == [("cv.pdf", "opens")]


def test_a_file_that_does_not_open_leaves_the_draft_its_bytes_and_its_name_stay_not(session, mine):
    file = add(session, mine, document(forgotten_script))
    run_all(session)
    assert known(session, mine) == []
    ((name, why),) = gone(session, mine)
    assert name == "cv.pdf" and "JavaScript" in why and "Stampalo in un nuovo PDF" in why
    assert file.sha256 not in files._named(session)
    act = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert act.action == "calls.attachment.refused" and act.actor_id is None
    assert set(act.after) == {"file", "size"}


def test_what_was_taken_out_or_looked_through_is_left_alone(session, now, mine):
    first, second = add(session, mine, b"%PDF-1"), add(session, mine, b"%PDF-2", "b.pdf")
    attachments.remove(session, mine[0], mine[1], first.id, now)
    inspections.settle(session, first.id, LOCKED)
    inspections.settle(session, second.id, None)
    inspections.settle(session, second.id, LOCKED)
    assert known(session, mine) == [("b.pdf", "opens")] and gone(session, mine) == []
    run_all(session)  # no bytes are read: these are no documents
    assert known(session, mine) == [("b.pdf", "opens")]


def test_the_files_of_one_person_are_looked_through_one_after_the_other(session, mine):
    for number in range(3):
        add(session, mine, b"%PDF-" + bytes([number]))
    rows = session.execute(
        text(
            "select lock, priority from procrastinate_jobs where task_name = 'calls.inspection'"
            " order by id"
        )
    ).all()
    assert [row.priority for row in rows] == [0, -1, -2]
    assert {row.lock for row in rows} == {f"calls.inspection:{mine[0].person_id}"}


class TestToAnEnd:
    def test_what_fails_without_a_word_about_the_file_is_tried_again_and_given_up(
        self, session, mine, now
    ):
        file = add(session, mine)
        files.path(file.sha256).unlink()  # a disk that lost it: nothing is known of the file
        task = inspections.look_through
        for _ in range(MOST_TRIES):
            with pytest.raises(Exception, match="non esiste"):
                task(within(session), file.id)
            assert known(session, mine) == [("cv.pdf", "waiting")]
        task(within(session), file.id)
        assert known(session, mine) == [("cv.pdf", "unknown")]
        assert submissions.submit(session, mine[0], mine[1], now), "it may be sent"

    def test_a_job_that_is_killed_in_the_middle_is_tried_again_and_counted(self, session, mine):
        file = add(session, mine, document())
        for tries in range(1, MOST_TRIES):
            assert inspections._begin(session, file.id) == file.sha256  # and nothing after that
            assert session.scalar(select(FileInspection.tries)) == tries
        run_all(session)
        assert known(session, mine) == [("cv.pdf", "opens")]

    def test_a_file_that_kills_every_worker_is_given_up(self, session, mine):
        file = add(session, mine, document())
        for _ in range(MOST_TRIES):
            inspections._begin(session, file.id)
        run_all(session)
        assert known(session, mine) == [("cv.pdf", "unknown")]

    def test_only_what_has_no_job_any_more_is_given_up_by_the_timer(self, session, now, mine):
        add(session, mine, document())
        inspections.give_up(session, now)
        assert known(session, mine) == [("cv.pdf", "waiting")]
        session.execute(text("delete from procrastinate_jobs"))
        inspections.give_up(session, now)
        assert known(session, mine) == [("cv.pdf", "unknown")]

    def test_a_file_that_waits_for_more_than_an_hour_is_named(self, session, now, mine):
        add(session, mine, b"%PDF-1")
        hour = inspections.OVERDUE + timedelta(minutes=1)
        file = add(session, mine, b"%PDF-2", at=now - hour)
        (named,) = session.execute(inspections.LATE)
        assert (named.id, named.application_id) == (file.id, mine[1])
        (said,) = [line for line in checks.violations(session) if line.startswith("C25")]
        assert f"file {file.id} of application {mine[1]} waits" in said


class TestSent:
    def test_what_was_sent_stays_as_it_was_sent(self, session, now, mine):
        file = add(session, mine)
        sent = submissions.submit(session, mine[0], mine[1], now)
        before = (sent.sha256, sent.content, submissions.fingerprint(sent))
        inspections.settle(session, file.id, LOCKED)
        session.refresh(sent)
        assert (sent.sha256, sent.content, submissions.fingerprint(sent)) == before
        assert known(session, mine) == [("cv.pdf", "refused")] and gone(session, mine) == []
        assert file.sha256 in files._named(session)
        assert ("calls.file_notice", {"attachment_id": file.id}) in queued(session)

    def test_one_that_opens_is_told_to_nobody(self, session, now, mine):
        file = add(session, mine)
        submissions.submit(session, mine[0], mine[1], now)
        inspections.settle(session, file.id, None)
        assert known(session, mine) == [("cv.pdf", "opens")]
        assert "calls.file_notice" not in [name for name, _ in queued(session)]


def within(session):
    """The test's own transaction in the place of the job's, kept as far as it came."""
    from contextlib import contextmanager

    @contextmanager
    def transaction():
        yield session
        session.flush()

    return transaction


# --- The job and the sending at the same instant ---------------------------------------------


@pytest.fixture
def met(committed):
    """A committed draft with a file that waits, and what its page shows before it is sent."""
    db.configure(committed.engine)
    with db.transaction() as session:
        actor = make.actor(session)
        mine = actor, world.draft(session, world.call(session), actor)
        file = add(session, mine)
        seen = shown.pack(drafts.own(session, mine[0], mine[1]).parts)
    return mine, file, seen


def refuse(session, file, _mine, _seen):
    inspections.settle(session, file.id, LOCKED)


def send(session, _file, mine, seen):
    # The instant of the arrival, as the edge takes it: before anything is waited for.
    return submissions.submit(session, mine[0], mine[1], clock.now(session), seen=seen).id


def meet(committed, met, first, second):
    """Let `second` begin while `first` is under way, and give its end."""
    mine, file, seen = met

    def run():
        with db.transaction() as session:
            return second(session, file, mine, seen)

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as session:
            first(session, file, mine, seen)
            waiting = pool.submit(run)
            until_blocked(committed.engine)
        waiting.result()


def stands(mine, file):
    """State of the one file, whether it is what was sent, and who is written to."""
    with db.transaction() as session:
        (row,) = drafts.own(session, mine[0], mine[1]).attachments
        sent = session.scalars(select(Submission).where(Submission.application_id == mine[1])).one()
        told = [args["attachment_id"] for name, args in queued(session) if "notice" in name]
        left = session.scalars(
            select(RefusedFile).where(RefusedFile.application_id == mine[1])
        ).all()
        return row.state, file.sha256.encode() in sent.content, row.id in told, list(left)


def test_a_job_that_meets_a_sending_leaves_what_was_sent(committed, met):
    mine, file, _ = met
    meet(committed, met, send, refuse)
    assert stands(mine, file) == ("refused", True, True, [])


def test_a_sending_that_had_come_before_the_file_was_found_bad_is_taken_as_it_was_shown(
    committed, met
):
    mine, file, _ = met
    with db.transaction() as session:
        received_at = clock.now(session)

    def send_now(session, _file, mine, seen):
        return submissions.submit(session, mine[0], mine[1], received_at, seen=seen).id

    meet(committed, met, refuse, send_now)
    assert stands(mine, file) == ("refused", True, True, [])
    with db.transaction() as session:
        (row,) = drafts.own(session, mine[0], mine[1]).attachments
        assert row.ended_at is not None and row.ended_at > received_at
        assert row.at_sending(received_at)


def test_a_sending_that_came_after_the_file_was_found_bad_is_refused(committed, met):
    mine, _, seen = met
    with db.transaction() as session:
        refuse(session, met[1], mine, seen)
    with db.transaction() as session, pytest.raises(Changed, match="gli allegati"):
        send(session, None, mine, seen)
    with db.transaction() as session:
        assert known(session, mine) == [] and len(gone(session, mine)) == 1
        kept = session.scalars(select(Attachment).where(Attachment.application_id == mine[1]))
        assert kept.all() == []


def test_control_without_the_lock_the_job_takes_away_what_is_being_sent(
    committed, met, monkeypatch
):
    mine, file, seen = met
    unheld = select(Attachment.id).where(Attachment.id == bindparam("attachment_id"))
    monkeypatch.setattr(inspections, "_HELD", unheld)
    with db.transaction() as sending:
        sent = submissions.submit(sending, mine[0], mine[1], clock.now(sending), seen=seen)
        with db.transaction() as session:
            refuse(session, file, mine, seen)
        assert file.sha256.encode() in sent.content
    with db.transaction() as session:
        assert known(session, mine) == []
