"""How a job ended is written down again until it can be."""

import asyncio

import procrastinate
import pytest
from sqlalchemy import create_engine, text

from kit import db, jobs
from kit.errors import Message
from kit.run import endings
from kit.run.endings import Endings
from tests.waiting import until
from tests.working import WAIT_S, working

# Nothing about jobs that run can be written, as on a full disk; the sequence counts what came.
_FULL = """
    create sequence refused;
    grant usage on sequence refused to public;
    create function refuse() returns trigger language plpgsql as $$
    begin
        perform nextval('refused');
        raise exception using errcode = 'disk_full', message = 'no room';
    end $$;
    create trigger refuse before update or delete on procrastinate_jobs
        for each row when (old.status = 'doing') execute function refuse();
"""
_ROOM = "drop trigger refuse on procrastinate_jobs"
ran: list[str] = []


@jobs.task("kit.test_done", queue="mail", named=Message("Una prova"))
def done(session, now):
    ran.append("done")


@jobs.task("kit.test_failing", queue="mail", named=Message("Una prova"))
def failing(session, now):
    ran.append("failing")
    raise RuntimeError("not this time")


@pytest.fixture
def house(committed):
    """A database of its own with no room for how jobs end, and its owner."""
    ran.clear()
    db.configure(committed.engine)
    owner = create_engine(committed.owner_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as line:
        line.execute(text("delete from procrastinate_jobs"))
        line.execute(text("delete from procrastinate_periodic_defers"))
        line.execute(text(_FULL))
        yield committed.app_url, line
        line.execute(text("drop function refuse cascade; drop sequence refused"))
    owner.dispose()


def met(line, times=1):
    """Whether as many endings could not be written."""
    found = line.execute(text("select last_value, is_called from refused")).one()
    return found.is_called and found.last_value >= times


def states(task):
    query = text("select status::text from procrastinate_jobs where task_name = :task")
    with db.transaction() as session:
        return list(session.scalars(query, {"task": task}))


def enqueue(name):
    with db.transaction() as session:
        jobs.enqueue(session, name)


def test_a_job_that_is_done_is_gone_once_there_is_room(house):
    url, line = house
    enqueue("kit.test_done")
    with working(url):
        until(lambda: met(line, 2), "an ending to be refused twice", WAIT_S)
        assert states("kit.test_done") == ["doing"]
        line.execute(text(_ROOM))
        until(lambda: states("kit.test_done") == [], "the job to be gone", WAIT_S)
    assert ran == ["done"]


def test_a_job_to_be_tried_again_waits_for_it_once_there_is_room(house):
    url, line = house
    enqueue("kit.test_failing")
    with working(url):
        until(lambda: met(line, 2), "an ending to be refused twice", WAIT_S)
        line.execute(text(_ROOM))
        until(lambda: states("kit.test_failing") == ["todo"], "the job to wait again", WAIT_S)


def test_whoever_is_asked_to_stop_does_not_wait_for_room(house):
    url, line = house
    enqueue("kit.test_done")
    with working(url):
        until(lambda: met(line), "an ending to be refused", WAIT_S)
    assert states("kit.test_done") == ["doing"]  # left for whoever rescues it


def test_the_control_left_to_itself_the_library_forgets_it(house, monkeypatch):
    url, line = house
    monkeypatch.setattr(endings, "TRIES_WHEN_STOPPING", 1)
    monkeypatch.setattr(Endings, "__init__", _as_if_stopping)
    enqueue("kit.test_done")
    with working(url):
        until(lambda: met(line), "an ending to be refused", WAIT_S)
        line.execute(text(_ROOM))
        enqueue("kit.test_failing")
        until(lambda: "failing" in ran, "the next job to run", WAIT_S)
        assert states("kit.test_done") == ["doing"]


def _as_if_stopping(self, connector, stop):
    super(Endings, self).__init__(connector)
    self._stop = type(stop)()
    self._stop.set()


def test_an_ending_whose_answer_was_lost_is_written_once(committed):
    """The second try finds the job gone; that is what was wanted."""
    db.configure(committed.engine)
    with db.transaction() as session:
        session.execute(text("delete from procrastinate_jobs"))
    enqueue("kit.test_done")
    conninfo = committed.app_url.replace("postgresql+psycopg://", "postgresql://", 1)

    async def twice():
        connector = procrastinate.PsycopgConnector(conninfo=conninfo)
        app = procrastinate.App(connector=connector)
        app.job_manager = Endings(connector, asyncio.Event())
        async with app.open_async():
            worker = await app.job_manager.register_worker()
            job = await app.job_manager.fetch_job(["mail"], worker)
            for _ in range(2):
                await app.job_manager.finish_job(job, procrastinate.jobs.Status.SUCCEEDED, True)

    asyncio.run(asyncio.wait_for(twice(), WAIT_S))
    assert states("kit.test_done") == []
