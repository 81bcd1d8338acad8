"""Jobs are rows: enqueued in the caller's transaction, run by the worker, each idempotent."""

import json
from collections.abc import Callable
from typing import Any

import procrastinate
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import clock, db

QUEUE = "farelegami"
RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=3)

Body = Callable[..., Any]

# Every task's body by name: what the worker runs and what tests run in their transaction.
bodies: dict[str, tuple[str, Body]] = {}

_DEFER = text(
    "select procrastinate_defer_jobs_v1(array[row(:queue, :task, 0, null, null,"
    " cast(:args as jsonb), null)::procrastinate_job_to_defer_v1])"
)
_DEFER_MANY = text(
    "select procrastinate_defer_jobs_v1(array_agg(row(:queue, :task, 0, null, null, a, null)"
    "::procrastinate_job_to_defer_v1)) from jsonb_array_elements(cast(:args as jsonb)) as a"
)


def task(name: str) -> Callable[[Body], Body]:
    """Register `body(session, now, **args)`, run in one transaction committed by kit."""

    def register(body: Body) -> Body:
        bodies[name] = ("task", body)
        return body

    return register


def effect(name: str) -> Callable[[Body], Body]:
    """Register `body(transaction, **args)` for a job with an effect outside the database.

    It reads in one transaction, acts outside, and writes under an idempotency key in
    another, so that nothing outside is waited for while rows are locked.
    """

    def register(body: Body) -> Body:
        bodies[name] = ("effect", body)
        return body

    return register


def run(name: str, args: dict[str, Any]) -> None:
    """Run a task's body as the worker does, with its own transaction."""
    kind, body = bodies[name]
    if kind == "effect":
        body(db.transaction, **args)
        return
    with db.transaction() as session:
        body(session, clock.now(session), **args)


def enqueue(session: Session, name: str, **args: Any) -> None:
    """Queue a job in the caller's transaction: a rollback leaves no job behind."""
    if name not in bodies:
        raise LookupError(f"no task is named {name}")
    session.execute(_DEFER, {"queue": QUEUE, "task": name, "args": json.dumps(args)})


def enqueue_many(session: Session, name: str, args: list[dict[str, Any]]) -> None:
    """Queue the same task once for each set of arguments, in one statement."""
    if name not in bodies:
        raise LookupError(f"no task is named {name}")
    if args:
        session.execute(_DEFER_MANY, {"queue": QUEUE, "task": name, "args": json.dumps(args)})


def worker_app(database_url: str) -> procrastinate.App:
    """Make procrastinate's application with every registered task (for the worker only)."""
    conninfo = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    )
    for name in bodies:
        _register(app, name)
    return app


def _register(app: procrastinate.App, name: str) -> None:
    def call(**args: Any) -> None:
        run(name, args)

    app.task(name=name, queue=QUEUE, retry=RETRY)(call)
