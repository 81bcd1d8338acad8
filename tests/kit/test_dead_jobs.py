"""Jobs that used up their tries: buried once, named, tried again or put aside."""

import asyncio
import json

import procrastinate
import pytest
from sqlalchemy import literal, select, text
from structlog.testing import capture_logs

from kit import clock, db, dead_jobs, jobs
from kit.errors import Message, NotFound
from kit.run import runners
from tests import jobs as queued_jobs
from tests import make

said: list[int] = []


def _say(session, now, n):
    said.append(n)
    if n == 3:
        raise ValueError("does not know how to say it")
    return n != 2


@jobs.task("kit.test_mortal", queue="mail", named=Message("Una prova"), ended=_say)
def mortal(session, now, n):
    raise AssertionError("is never run here")


@jobs.task("kit.test_silent", queue="mail", named=Message("Le lettere di prova"))
def silent(session, now, **args):
    raise AssertionError("is never run here")


@pytest.fixture(autouse=True)
def _nothing_said():
    said.clear()


def failed(session, task, *, attempts=9, priority=0, status="failed", **args):
    made = text(
        "insert into procrastinate_jobs (queue_name, task_name, args, attempts, priority, status)"
        " values ('mail', :task, cast(:args as jsonb), :attempts, :priority,"
        " cast(:status as procrastinate_job_status)) returning id"
    )
    values = {"task": task, "args": json.dumps(args), "attempts": attempts}
    return session.scalar(made, {**values, "priority": priority, "status": status})


def test_it_is_said_once_named_and_taken_from_the_queue(session, now):
    failed(session, "kit.test_mortal", n=1)
    failed(session, "kit.test_mortal", n=1, status="todo")
    with capture_logs() as noted:
        assert dead_jobs.bury(session, now) == 1
        assert dead_jobs.bury(session, now) == 0
    assert said == [1]
    (row,) = dead_jobs.all_(session)
    assert (row.task, row.ids, row.tries, row.killed) == ("kit.test_mortal", {"n": 1}, 9, 0)
    assert [(line["event"], line["log_level"], line["n"]) for line in noted] == [
        ("job_dead", "error", 1)
    ]
    assert queued_jobs.queued(session) == [("kit.test_mortal", {"n": 1})]


def test_what_left_nothing_undone_is_not_named(session, now):
    failed(session, "kit.test_mortal", n=2)
    dead_jobs.bury(session, now)
    assert said == [2] and dead_jobs.all_(session) == []


def test_what_cannot_say_that_it_ended_is_named_and_holds_up_no_other(session, now):
    failed(session, "kit.test_mortal", n=3)
    failed(session, "kit.test_mortal", n=4)
    failed(session, "kit.of_a_later_release", n=5)
    dead_jobs.bury(session, now)
    assert said == [3, 4]
    assert [row.args["n"] for row in dead_jobs.all_(session)] == [5, 4, 3]
    assert dead_jobs.all_(session)[0].undone is None


def test_the_same_job_that_dies_again_is_named_once(session, now):
    long = "perché " * 2000
    for _ in range(2):
        failed(session, "kit.test_silent", order_id=7, reason=long)
        dead_jobs.bury(session, now)
    assert len(dead_jobs.all_(session)) == 1
    assert "perché" not in "".join(dead_jobs.violations(session)), "nothing people wrote"


def test_a_page_reads_what_it_is_about_unless_that_is_said_elsewhere(session, now):
    failed(session, "kit.test_silent", order_id=7, why="x")
    failed(session, "kit.test_silent", order_id=7, why="y")
    failed(session, "kit.test_mortal", n=7)
    dead_jobs.bury(session, now)
    (once,) = dead_jobs.about(session, "order_id", [7])
    assert str(once).startswith("Le lettere di prova: ci abbiamo provato più volte")
    assert dead_jobs.about(session, "order_id", []) == []
    for id_, said in ((7, [once]), (8, [])):
        inside = select(dead_jobs.tasks_about("order_id", literal(id_)))
        assert dead_jobs.in_words(session.scalar(inside)) == said
    assert dead_jobs.about(session, "n", [7]) == []


def test_it_is_tried_again_or_put_aside_once(session, now):
    actor = make.actor(session)
    failed(session, "kit.test_mortal", n=1)
    failed(session, "kit.test_silent", order_id=7)
    dead_jobs.bury(session, now)
    second, first = dead_jobs.all_(session)
    dead_jobs.try_again(session, actor, first.id, now)
    assert queued_jobs.queued(session) == [("kit.test_mortal", {"n": 1})]
    dead_jobs.put_aside(session, actor, second.id, now)
    assert dead_jobs.all_(session) == []
    for act in (dead_jobs.try_again, dead_jobs.put_aside):
        with pytest.raises(NotFound):
            act(session, actor, first.id, now)


def test_what_no_release_knows_is_not_tried_again(session, now):
    failed(session, "kit.of_a_later_release")
    dead_jobs.bury(session, now)
    with pytest.raises(NotFound), session.begin_nested():
        dead_jobs.try_again(session, make.actor(session), dead_jobs.all_(session)[0].id, now)
    assert len(dead_jobs.all_(session)) == 1


def test_a_queue_that_nobody_serves_is_named(session):
    jobs.enqueue(session, "kit.test_silent")
    assert dead_jobs.violations(session) == []
    ago = text("update procrastinate_events set at = now() - interval '2 hours'")
    session.execute(ago)
    (line,) = dead_jobs.violations(session)
    assert line.startswith("queue mail: 1 jobs wait, one since")
    session.execute(text("update procrastinate_jobs set scheduled_at = now() + interval '1 hour'"))
    assert dead_jobs.violations(session) == [], "it waits for its next try"


# --- Over which workers die ------------------------------------------------------------------


@pytest.fixture
def house(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        session.execute(text("delete from procrastinate_jobs"))
    yield committed.app_url.replace("postgresql+psycopg://", "postgresql://")


def die(*ids):
    """A worker dies while it runs these jobs."""
    gone = text(
        "with w as (insert into procrastinate_workers (last_heartbeat)"
        " values (now() - interval '1 minute') returning id)"
        " update procrastinate_jobs set status = 'doing', worker_id = w.id from w"
        " where procrastinate_jobs.id = any(:ids)"
    )
    with db.transaction() as session:
        session.execute(gone, {"ids": list(ids)})


def rescue(conninfo):
    async def run():
        app = jobs.runner(procrastinate.PsycopgConnector(conninfo=conninfo), "mail")
        async with app.open_async():
            await runners.retry_stalled(app)

    asyncio.run(run())
    dead_jobs.bury_all()


def next_():
    """What a free worker takes, and all it may take beside it."""
    fetched = text(
        "select (procrastinate_fetch_job_v2(array['mail'], :w)).id from (values (1)) as v(one)"
    )
    taken = []
    with db.transaction() as session:
        worker = session.scalar(
            text("insert into procrastinate_workers default values returning id")
        )
        while (found := session.scalar(fetched, {"w": worker})) is not None:
            taken.append(found)
        session.rollback()
    return taken


def test_a_job_that_kills_its_worker_is_ended_and_takes_no_other_with_it(house):
    with db.transaction() as session:
        killer = failed(session, "kit.test_mortal", status="todo", attempts=0, n=8)
        beside = failed(session, "kit.test_mortal", status="todo", attempts=0, n=9)
    die(killer, beside)
    rescue(house)
    assert next_() == [killer], "one at a time, for one of them killed the worker"
    die(killer)
    rescue(house)
    assert next_() == [beside], "the other first: fewer workers died over it"
    with db.transaction() as session:
        session.execute(text("delete from procrastinate_jobs where id = :id"), {"id": beside})
    assert next_() == [killer]
    die(killer)
    rescue(house)
    assert next_() == [] and said == [8]
    with db.transaction() as session:
        (row,) = [row for row in dead_jobs.all_(session) if row.task == "kit.test_mortal"]
        assert row.killed == dead_jobs.MOST_KILLED - 1
        assert clock.now(session) >= row.died_at


@pytest.mark.parametrize(
    ("priority", "times"), [(0, 0), (-7, 0), (5, 0), (-10_000, 1), (-30_002, 3)]
)
def test_how_many_workers_died_is_read_from_where_a_job_stands(priority, times):
    assert dead_jobs.killed(priority) == times
