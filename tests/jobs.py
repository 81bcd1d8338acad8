"""Run queued jobs inside the test's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import clock, jobs
from tests import lock_order

_NEXT = text(
    "update procrastinate_jobs set status = 'succeeded' where id = (select id from"
    " procrastinate_jobs where status = 'todo' order by id limit 1) returning task_name, args"
)


def queued(session: Session) -> list[tuple[str, dict]]:
    """What waits to be run, in order."""
    rows = session.execute(
        text("select task_name, args from procrastinate_jobs where status = 'todo' order by id")
    )
    return [(row.task_name, row.args) for row in rows]


def run_all(session: Session) -> list[str]:
    """Run every queued job until none is left; return the names in order."""
    done: list[str] = []
    while True:
        row = session.execute(_NEXT).first()
        if row is None:
            return done
        task = jobs.tasks[row.task_name]
        if task.effect:

            @contextmanager
            def transaction() -> Iterator[Session]:
                yield session
                session.flush()
                lock_order.RECORDER.end()  # the worker commits here

            task.body(transaction, **row.args)
        else:
            task.body(session, clock.now(session), **row.args)
        session.flush()
        done.append(row.task_name)
