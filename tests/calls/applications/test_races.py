"""Sends that meet: each with its control, which shows the race when the lock is off."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from calls.applications import attachments, contents, submissions
from calls.applications import drafts as applications
from calls.applications.rules import uploads
from calls.commission import evaluators
from calls.tables.applications import LateAttempt, Submission
from kit import audit, clock, db
from kit.errors import Refused
from kit.http.forms import Upload
from tests import make
from tests.calls import make as world
from tests.calls.examples import local
from tests.waiting import until_blocked

pytestmark = pytest.mark.usefixtures("_committed_bound")


def prepared(committed, count: int = 1, **changes: str):
    """A published call and some complete drafts, committed."""
    with db.transaction() as session:
        call = world.call(session, None, **changes)
        drafts = []
        for _ in range(count):
            actor = make.actor(session)
            drafts.append((actor, world.draft(session, call, actor)))
    return call, drafts


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act` in so many threads that all begin at once; exceptions are results."""
    barrier = threading.Barrier(count)

    def run(index: int) -> Any:
        barrier.wait()
        try:
            return act(index)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_two_parallel_sends_of_one_application_give_one_receipt(committed):
    _, [(actor, application_id)] = prepared(committed)

    def send(_index: int) -> int:
        with db.transaction() as session:
            return submissions.submit(session, actor, application_id, clock.now(session)).id

    results = together(2, send)
    assert results[0] == results[1]
    with db.transaction() as session:
        assert (
            session.scalar(
                select(func.count())
                .select_from(Submission)
                .where(Submission.application_id == application_id)
            )
            == 1
        )
        jobs = text(
            "select count(*) from procrastinate_jobs where task_name = 'calls.receipt'"
            " and (args->>'submission_id')::bigint = :id"
        )
        assert session.scalar(jobs, {"id": results[0]}) == 1


def test_control_without_the_row_lock_two_sends_collide(committed, monkeypatch):
    _, [(actor, application_id)] = prepared(committed)
    both, read = threading.Barrier(2), contents.read

    def slowly(*arguments):
        found = read(*arguments)
        both.wait(10)
        return found

    monkeypatch.setattr(submissions, "_hold", lambda *_: None)
    monkeypatch.setattr(contents, "read", slowly)

    def send(_index: int) -> int:
        with db.transaction() as session:
            return submissions.submit(session, actor, application_id, clock.now(session)).id

    results = together(2, send)
    assert sum(isinstance(result, int) for result in results) == 1
    collision = str(next(result for result in results if not isinstance(result, int)))
    assert "was sent" in collision or "uq_submission_application_id" in collision


def test_forty_sends_at_once_get_forty_numbers_without_a_gap(committed):
    _, drafts = prepared(committed, 40)

    def send(index: int) -> int:
        actor, application_id = drafts[index]
        with db.transaction() as session:
            now = clock.now(session)
            return submissions.submit(session, actor, application_id, now).protocol_number

    numbers = sorted(together(40, send))
    assert numbers == list(range(numbers[0], numbers[0] + 40))


@contextmanager
def row_held(application_id: int):
    """Another transaction that holds the application's row until the block ends."""
    with db.transaction() as session:
        session.execute(
            text("select id from application where id = :id for update"), {"id": application_id}
        )
        yield


@pytest.mark.parametrize("clock_before_the_wait", [True, False])
def test_who_arrives_in_time_and_waits_past_the_deadline_is_in(
    committed, ahead, clock_before_the_wait
):
    """The control reads the clock after the wait, and wrongly turns the person away."""
    with db.transaction() as session:
        soon = clock.now(session) + timedelta(minutes=5)
    call, [(actor, application_id)] = prepared(committed, deadline_at=local(soon))

    def send() -> object:
        with db.transaction() as session:
            received_at = clock.now(session)
            if not clock_before_the_wait:
                session.execute(text("set local lock_timeout = '15s'"))
                submissions._hold(session, actor, application_id)
                received_at = clock.now(session)
            return submissions.submit(session, actor, application_id, received_at).received_at

    with ThreadPoolExecutor(1) as pool:
        with row_held(application_id):
            waiting = pool.submit(send)
            until_blocked(committed.engine)
            ahead(timedelta(minutes=6).total_seconds())
        if clock_before_the_wait:
            assert waiting.result() <= call.deadline_at + timedelta(seconds=1)
        else:
            with pytest.raises(Refused, match="non può essere accettata"):
                waiting.result()
    with db.transaction() as session:
        late = session.scalar(
            select(func.count())
            .select_from(LateAttempt)
            .where(LateAttempt.application_id == application_id)
        )
        assert late == (0 if clock_before_the_wait else 1)


@pytest.mark.parametrize("arrives", ["before", "after"])
@pytest.mark.parametrize("act", ["field", "add", "remove"])
def test_what_arrives_before_the_deadline_is_saved_however_long_it_waits(
    committed, ahead, act, arrives
):
    """Saving decides as sending does: by the arrival, and the wait for the row is no fault."""
    with db.transaction() as session:
        soon = clock.now(session) + timedelta(minutes=5)
    _, [(actor, application_id)] = prepared(committed, deadline_at=local(soon))
    upload = Upload("a.pdf", "application/pdf", b"%PDF-1")
    with db.transaction() as session:
        kept = attachments.add(session, actor, application_id, upload, clock.now(session))

    def change() -> object:
        with db.transaction() as session:
            received_at = clock.now(session)
            if act == "field":
                held = applications.locked(session, actor, application_id, received_at)
                values = {"firm_name": "Ruota nuova"}
                return applications.set_fields(
                    session, actor, application_id, values, received_at, held=held
                )
            if act == "add":
                more = Upload("b.pdf", "application/pdf", b"%PDF-2")
                return attachments.add(session, actor, application_id, more, received_at)
            return attachments.remove(session, actor, application_id, kept.id, received_at)

    in_time = arrives == "before"
    with ThreadPoolExecutor(1) as pool:
        with row_held(application_id):
            if not in_time:
                ahead(timedelta(minutes=6).total_seconds())
            waiting = pool.submit(change)
            until_blocked(committed.engine)
            if in_time:
                ahead(timedelta(minutes=6).total_seconds())
        if in_time:
            assert waiting.result() is not None
        else:
            with pytest.raises(Refused, match="la bozza non si può più cambiare"):
                waiting.result()
    with db.transaction() as session:
        draft = applications.own(session, actor, application_id)
        same = draft.values["firm_name"] == "Ruota libera" and list(draft.attachments) == [kept]
        assert same is not in_time


def test_two_files_of_one_person_do_not_pass_the_days_measure_together(committed, monkeypatch):
    """In two applications, so that no draft's row is held by both."""
    monkeypatch.setattr(uploads, "A_DAY", 10)
    _, [(actor, first)] = prepared(committed)
    with db.transaction() as session:
        second = world.draft(session, world.call(session), actor)
    with ThreadPoolExecutor(1) as pool:

        def add(application_id: int) -> object:
            with db.transaction() as session:
                upload = Upload("a.pdf", "application/pdf", b"%PDF-1")
                now = clock.now(session)
                return attachments.add(session, actor, application_id, upload, now)

        with db.transaction() as session:
            upload = Upload("a.pdf", "application/pdf", b"%PDF-1")
            attachments.add(session, actor, first, upload, clock.now(session))
            waiting = pool.submit(add, second)
            until_blocked(committed.engine)
        with pytest.raises(Refused, match="in un giorno"):
            waiting.result()


def test_a_field_saved_while_the_send_waits_is_either_inside_or_refused(committed):
    import json

    _, [(actor, application_id)] = prepared(committed)

    def act(index: int) -> object:
        with db.transaction() as session:
            now = clock.now(session)
            if index == 0:
                return submissions.submit(session, actor, application_id, now).content
            return applications.set_fields(
                session, actor, application_id, {"firm_name": "Ruota nuova"}, now
            )

    sent, saved = together(2, act)
    name = json.loads(sent)["fields"]["firm_name"]
    if isinstance(saved, Refused):
        assert name == "Ruota libera"
    else:
        assert name == "Ruota nuova"
    with db.transaction() as session:
        assert applications.own(session, actor, application_id).values["firm_name"] == name


def test_a_field_saved_while_the_send_waited_is_inside(committed):
    """Lock and reading are two statements: in one, the fields would be those before the wait."""
    import json

    _, [(actor, application_id)] = prepared(committed)

    def send() -> bytes:
        with db.transaction() as session:
            return submissions.submit(session, actor, application_id, clock.now(session)).content

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as saving:
            changed = {"firm_name": "Ruota nuova"}
            applications.set_fields(saving, actor, application_id, changed, clock.now(saving))
            waiting = pool.submit(send)
            until_blocked(committed.engine)
            assert not waiting.done()
        sent = json.loads(waiting.result())
    assert sent["fields"]["firm_name"] == "Ruota nuova"


def test_a_send_waits_for_whoever_holds_the_call_alone(committed):
    call, [(actor, application_id)] = prepared(committed)

    def send() -> int:
        with db.transaction() as session:
            return submissions.submit(session, actor, application_id, clock.now(session)).id

    with ThreadPoolExecutor(2) as pool:
        with db.transaction() as office:
            db.lock_exclusive(office, "call", call.call_id)
            waiting = pool.submit(send)
            until_blocked(committed.engine)
            assert not waiting.done()
        assert waiting.result()


@pytest.fixture
def nominee(committed):
    """A call, its office, and a person with a complete draft who is about to be appointed."""
    call, [(actor, application_id)] = prepared(committed)
    with db.transaction() as session:
        office = world.office(session)
    return call, office, actor, application_id


def while_appointed(committed, nominee, act: Callable[..., Any]) -> Any:
    """Let `act` begin while the appointment of its person is under way, and end after it."""
    call, office, actor, _ = nominee

    def run() -> Any:
        with db.transaction() as session:
            return act(session, clock.now(session))

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as session:
            evaluators.appoint(session, office, call.call_id, actor.email, clock.now(session))
            acting = pool.submit(run)
            until_blocked(committed.engine)
        return acting.result()


def test_a_send_that_meets_the_appointment_of_its_sender_gives_the_seat_up(committed, nominee):
    call, _, actor, application_id = nominee

    def send(session, now):
        return submissions.submit(session, actor, application_id, now).id

    assert while_appointed(committed, nominee, send)
    with db.transaction() as session:
        assert evaluators.commission(session, call.call_id) == []
        assert audit.violations(session) == []


def test_a_whole_commission_that_sends_at_once_leaves_it_act_by_act(committed):
    call, drafts = prepared(committed, 6)
    with db.transaction() as session:
        office, now = world.office(session), clock.now(session)
        for actor, _ in drafts:
            evaluators.appoint(session, office, call.call_id, actor.email, now)

    def send(index: int) -> int:
        with db.transaction() as session:
            actor, application_id = drafts[index]
            return submissions.submit(session, actor, application_id, clock.now(session)).id

    assert all(isinstance(sent, int) for sent in together(6, send))
    with db.transaction() as session:
        assert evaluators.commission(session, call.call_id) == []
        assert audit.violations(session) == []


def test_control_without_their_lock_two_who_leave_are_at_the_chain_together(committed, monkeypatch):
    call, drafts = prepared(committed, 2)
    with db.transaction() as session:
        office, now = world.office(session), clock.now(session)
        for actor, _ in drafts:
            evaluators.appoint(session, office, call.call_id, actor.email, now)
    monkeypatch.setattr(evaluators, "lock_exclusive", lambda *_args: None)
    both, leave = threading.Barrier(2), evaluators._leave

    def meeting(*arguments):
        both.wait(10)
        leave(*arguments)

    monkeypatch.setattr(evaluators, "_leave", meeting)

    def send(index: int) -> int:
        with db.transaction() as session:
            actor, application_id = drafts[index]
            return submissions.submit(session, actor, application_id, clock.now(session)).id

    results = together(2, send)
    assert any(isinstance(sent, int) for sent in results)
    assert not any(isinstance(sent, threading.BrokenBarrierError) for sent in results)


def test_a_start_that_meets_the_appointment_of_its_person_is_refused(committed, nominee):
    call, _, _, _ = nominee
    with db.transaction() as session:
        newcomer = make.actor(session)

    def start(session, now):
        return applications.start(session, newcomer, call.call_id, now)

    with pytest.raises(Refused, match="Sei nella commissione"):
        while_appointed(committed, (*nominee[:2], newcomer, 0), start)


def test_control_without_the_call_lock_the_evaluator_has_an_application(
    committed, nominee, monkeypatch
):
    call, office, actor, application_id = nominee
    monkeypatch.setattr(submissions, "_hold", lambda *_: None)
    with db.transaction() as session:
        evaluators.appoint(session, office, call.call_id, actor.email, clock.now(session))
        with db.transaction() as other:
            assert submissions.submit(other, actor, application_id, clock.now(other))
