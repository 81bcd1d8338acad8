"""Jobs: queued with the act they belong to, each in its queue, run in their own transaction."""

import asyncio
from collections.abc import Iterator
from typing import Any

import procrastinate
import pytest
from procrastinate import periodic
from sqlalchemy import text

from kit import clock, db, jobs
from kit.errors import Message
from tests import jobs as queued_jobs

TIMER = "kit.test_minute"
NAMED = Message("Una prova")

seen: list[Any] = []


@jobs.task("kit.test_note", queue="mail", named=NAMED)
def note(session, now, word="", breaks=False):
    seen.append((word, now - clock.now(session)))
    session.execute(text("insert into procrastinate_workers default values"))
    if breaks:
        raise ValueError(word)


@jobs.effect("kit.test_outside", queue="documents", named=NAMED)
def outside(transaction, word):
    with transaction() as first:
        seen.append(first)
    with transaction() as second:
        seen.append(second)
        second.execute(text("insert into procrastinate_workers default values"))


@jobs.periodic(TIMER, cron="* * * * *", named=NAMED)
def minute(session, now):
    seen.append("minute")


@pytest.fixture(autouse=True)
def _nothing_seen():
    seen.clear()


@pytest.fixture
def emptied(committed) -> Iterator[str]:
    """A database of its own, with nothing to do in it; its address."""
    db.configure(committed.engine)
    with db.transaction() as session:
        for table in ("periodic_defers", "jobs", "workers"):
            session.execute(text(f"delete from procrastinate_{table}"))
    yield committed.app_url


def waiting(in_queue: str) -> int:
    """How many jobs of a queue nobody has begun."""
    with db.transaction() as session:
        return jobs.waiting(session)[in_queue]


def workers() -> int:
    """How many rows the bodies of this file have written."""
    with db.transaction() as session:
        return session.scalar(text("select count(*) from procrastinate_workers"))


def test_a_job_is_queued_with_its_arguments_in_its_tasks_queue(session):
    jobs.enqueue(session, "kit.test_note", word="però", breaks=False)
    jobs.enqueue(session, "kit.test_outside", word="x")
    assert queued_jobs.queued(session) == [
        ("kit.test_note", {"word": "però", "breaks": False}),
        ("kit.test_outside", {"word": "x"}),
    ]
    assert jobs.waiting(session) == {
        "mail": 1,
        "documents": 1,
        "inspections": 0,
        "imports": 0,
        "planning": 0,
        "timers": 0,
    }


def test_a_rollback_leaves_no_job_behind(session):
    nested = session.begin_nested()
    jobs.enqueue(session, "kit.test_note")
    jobs.enqueue_many(session, "kit.test_note", [{}, {}])
    assert jobs.waiting(session)["mail"] == 3
    nested.rollback()
    assert queued_jobs.queued(session) == []


def test_many_jobs_are_queued_in_their_order_and_none_for_nothing(session):
    jobs.enqueue_many(session, "kit.test_note", [{"word": str(n)} for n in range(3)])
    jobs.enqueue_many(session, "kit.test_note", [])
    assert queued_jobs.queued(session) == [("kit.test_note", {"word": str(n)}) for n in range(3)]


def taken(session) -> str | None:
    """What a runner of documents that is free takes next."""
    fetched = text(
        "select (procrastinate_fetch_job_v2(array['documents'], :worker)).args ->> 'word'"
    )
    worker = "insert into procrastinate_workers default values returning id"
    return session.scalar(fetched, {"worker": session.scalar(text(worker))})


def ended(session, word: str) -> None:
    """A job that is done: its row goes."""
    session.execute(
        text("delete from procrastinate_jobs where args ->> 'word' = :word"), {"word": word}
    )


def test_who_brings_many_takes_turns_with_who_brings_one(session):
    for word in ("anna 1", "anna 2", "anna 3", "bruno 1", "bruno 2", "carla 1"):
        jobs.enqueue_in_turn(session, "kit.test_outside", word.split()[0], word=word)
    order = []
    while (next_ := taken(session)) is not None:
        order.append(next_)
        ended(session, next_)
    assert order == ["anna 1", "bruno 1", "carla 1", "anna 2", "bruno 2", "anna 3"]


def test_one_job_of_one_runs_at_a_time(session):
    for word in ("anna 1", "anna 2", "bruno 1"):
        jobs.enqueue_in_turn(session, "kit.test_outside", word.split()[0], word=word)
    assert [taken(session), taken(session), taken(session)] == ["anna 1", "bruno 1", None]
    ended(session, "anna 1")
    assert taken(session) == "anna 2"


@pytest.mark.parametrize(
    "queued",
    [
        jobs.enqueue,
        lambda s, name: jobs.enqueue_many(s, name, []),
        lambda s, name: jobs.enqueue_in_turn(s, name, 7),
    ],
)
def test_what_no_task_is_named_is_not_queued(session, queued):
    with pytest.raises(LookupError, match=r"no task is named kit\.nothing"):
        queued(session, "kit.nothing")
    assert queued_jobs.queued(session) == []


@pytest.mark.parametrize("register", [jobs.task, jobs.effect])
def test_a_task_of_a_queue_that_no_runner_serves_is_refused_at_the_start(register):
    with pytest.raises(LookupError, match="no queue is named sooner"):
        register("kit.test_sooner", queue="sooner", named=NAMED)
    assert "kit.test_sooner" not in jobs.tasks


def test_a_body_runs_in_one_transaction_that_is_kept(emptied):
    jobs.run("kit.test_note", {"word": "a"})
    ((word, early),) = seen
    assert word == "a" and early.total_seconds() <= 0, "the instant is that of its begin"
    assert workers() == 1


def test_a_body_that_fails_leaves_nothing_and_says_so(emptied):
    with pytest.raises(ValueError, match="odd"):
        jobs.run("kit.test_note", {"word": "odd", "breaks": True})
    assert len(seen) == 1 and workers() == 0


def test_an_effect_opens_its_transactions_itself(emptied):
    jobs.run("kit.test_outside", {"word": "x"})
    first, second = seen
    assert first is not second
    assert workers() == 1


def test_jobs_in_another_queue_than_their_tasks_are_adopted_and_only_those(session):
    jobs.enqueue(session, "kit.test_note", word="stays")
    jobs.enqueue(session, "kit.test_note", word="old")
    jobs.enqueue(session, "kit.test_outside", word="running")
    session.execute(
        text(
            "update procrastinate_jobs set queue_name = 'farelegami',"
            " status = (case args ->> 'word' when 'old' then 'todo' else 'doing' end)"
            "::procrastinate_job_status where args ->> 'word' <> 'stays'"
        )
    )
    stranger = text(
        "select procrastinate_defer_jobs_v1(array[row('farelegami', 'kit.of_a_later_release', 0,"
        " null, null, '{}'::jsonb, null)::procrastinate_job_to_defer_v1])"
    )
    session.execute(stranger)
    assert jobs.adopt(session) == 1
    assert jobs.adopt(session) == 0
    rows = session.execute(text("select queue_name from procrastinate_jobs order by id"))
    assert list(rows.scalars()) == ["mail", "mail", "farelegami", "farelegami"]


def test_a_runner_knows_the_tasks_of_its_queue_and_tries_them_again():
    app = jobs.runner(procrastinate.PsycopgConnector(), "documents")
    assert "kit.test_outside" in app.tasks and "kit.test_note" not in app.tasks
    assert app.tasks["kit.test_outside"].queue == "documents"
    assert app.tasks["kit.test_outside"].retry_strategy is jobs.RETRY
    assert not app.periodic_registry.periodic_tasks
    timers = jobs.runner(procrastinate.PsycopgConnector(), "timers")
    assert {name for name, _ in timers.periodic_registry.periodic_tasks} == {
        name for name, task in jobs.tasks.items() if task.cron
    }
    assert timers.tasks[TIMER].retry_strategy is None, "its next instant comes anyway"


def test_what_a_runner_calls_runs_the_body(emptied):
    mail = jobs.runner(procrastinate.PsycopgConnector(), "mail")
    mail.tasks["kit.test_note"](word="b")
    timers = jobs.runner(procrastinate.PsycopgConnector(), "timers")
    timers.tasks[TIMER](timestamp=60)
    (word, _), timer = seen
    assert (word, timer) == ("b", "minute")


def test_two_workers_queue_a_timer_once_and_not_while_it_still_waits(emptied):
    async def tick(instants: list[int]) -> None:
        """Let two workers come to these instants at the same time."""
        conninfo = emptied.replace("postgresql+psycopg://", "postgresql://")
        apps = [
            jobs.runner(procrastinate.PsycopgConnector(conninfo=conninfo), "timers")
            for _ in range(2)
        ]
        async with apps[0].open_async(), apps[1].open_async():
            for instant in instants:
                await asyncio.gather(
                    *(
                        periodic.PeriodicDeferrer(app.periodic_registry).defer_jobs(
                            [(known, instant)]
                        )
                        for app in apps
                        for (name, _), known in app.periodic_registry.periodic_tasks.items()
                        if name == TIMER
                    )
                )

    asyncio.run(tick([60]))
    assert waiting("timers") == 1
    asyncio.run(tick([120]))
    assert waiting("timers") == 1
    with db.transaction() as session:
        session.execute(text("update procrastinate_jobs set status = 'succeeded'"))
    asyncio.run(tick([180]))
    assert waiting("timers") == 1


def test_every_house_registers_its_timers():
    timers = {name for name, task in jobs.tasks.items() if task.cron}
    assert {name for name in timers if not name.startswith("kit.test_")} == {
        "kit.forget_acts",
        "kit.forget_limits",
        "kit.witness",
        "kit.collect_files",
        "kit.give_up_documents",
        "kit.requeue_lost_mail",
        "calls.give_up_inspections",
        "people.tidy",
        "people.end_roles",
        "community.find_erasures",
        "community.tidy",
        "kit.forget_mail",
    }
    assert {task.queue for task in jobs.tasks.values() if task.cron} == {"timers"}
