"""The worker as it runs: queues beside each other, timers once, nothing left in an old queue."""

import json
import queue
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from kit import db, jobs
from kit.errors import Message
from tests.waiting import until
from tests.working import working

WAIT_S = 40
TIMER = "kit.test_timer"
NAMED = Message("Una prova")


class Seen:
    """What the test's jobs say, and what they wait for."""

    def __init__(self) -> None:
        self.drawing, self.may_end = threading.Semaphore(0), threading.Event()
        self.done: queue.Queue[str] = queue.Queue()


seen = Seen()


@jobs.effect("kit.test_long_document", queue="documents", named=NAMED)
def long_document(transaction, n):
    seen.drawing.release()
    assert seen.may_end.wait(WAIT_S)
    seen.done.put(f"document {n}")


@jobs.task("kit.test_short_letter", queue="mail", named=NAMED)
def short_letter(session, now, n=0):
    seen.done.put(f"letter {n}")


@jobs.periodic(TIMER, cron="* * * * *", named=NAMED)
def timer(session, now):
    seen.done.put("timer")


@pytest.fixture
def house(committed) -> Iterator[str]:
    """A database of its own, with nothing to do in it; its address."""
    global seen
    seen = Seen()
    db.configure(committed.engine)
    with db.transaction() as session:
        session.execute(text("delete from procrastinate_periodic_defers"))
        session.execute(text("delete from procrastinate_jobs"))
    yield committed.app_url
    db.configure(committed.engine)


def waiting(in_queue: str) -> int:
    """How many jobs of a queue are not done."""
    counted = text(
        "select count(*) from procrastinate_jobs"
        " where queue_name = :queue and status <> 'succeeded'"
    )
    with db.transaction() as session:
        return session.scalar(counted, {"queue": in_queue})


def said(besides: str = "timer") -> str:
    while (word := seen.done.get(timeout=WAIT_S)) == besides:
        pass
    return word


def test_a_document_that_takes_long_delays_no_letter(house):
    with db.transaction() as session:
        for n in range(jobs.QUEUES["documents"] + 1):
            jobs.enqueue(session, "kit.test_long_document", n=n)
    with working(house):
        for _ in range(jobs.QUEUES["documents"]):
            assert seen.drawing.acquire(timeout=WAIT_S)
        with db.transaction() as session:
            jobs.enqueue(session, "kit.test_short_letter")
        assert said() == "letter 0"
        assert not seen.drawing.acquire(blocking=False)  # the last document waits for a place
        seen.may_end.set()
        assert {said() for _ in range(3)} == {"document 0", "document 1", "document 2"}
        until(lambda: waiting("documents") == 0, "the jobs to be gone", WAIT_S)


def test_leaving_waits_for_the_jobs_that_run(house):
    with db.transaction() as session:
        jobs.enqueue(session, "kit.test_long_document", n=0)
    with working(house):
        assert seen.drawing.acquire(timeout=WAIT_S)
        threading.Timer(0.3, seen.may_end.set).start()
    assert said() == "document 0"
    assert waiting("documents") == 0


def test_what_waits_in_the_queue_of_an_earlier_release_is_run(house):
    old = text(
        "select procrastinate_defer_jobs_v1(array[row('farelegami', 'kit.test_short_letter', 0,"
        " null, null, cast(:args as jsonb), null)::procrastinate_job_to_defer_v1])"
    )
    with db.transaction() as session:
        session.execute(old, {"args": json.dumps({"n": 7})})
    with working(house):
        assert said() == "letter 7"


def test_what_a_killed_worker_left_is_run_again_in_whatever_queue(house):
    with db.transaction() as session:
        jobs.enqueue(session, "kit.test_short_letter", n=1)
        jobs.enqueue(session, "kit.test_long_document", n=2)
        gone = text(
            "insert into procrastinate_workers (last_heartbeat)"
            " values (now() - interval '1 minute') returning id"
        )
        values = {"id": session.scalar(gone)}
        session.execute(
            text("update procrastinate_jobs set status = 'doing', worker_id = :id"), values
        )
    seen.may_end.set()
    with working(house):
        assert {said(), said()} == {"letter 1", "document 2"}


def test_a_timer_runs_where_a_worker_is_there(house):
    with working(house):
        assert said(besides="") == "timer"
