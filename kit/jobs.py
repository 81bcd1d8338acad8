"""Jobs are rows: enqueued in the caller's transaction, run by the worker, each idempotent.

Each task belongs to a queue; `kit.run.runners` gives every queue a runner of its own. Each job
ends: done, refused in words, or dead after its last try (`kit.dead_jobs`), and says so.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import procrastinate
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import clock, db, meters
from kit.errors import Invalid, Message, Refused
from kit.sandbox import LimitReached


class Tries(procrastinate.RetryStrategy):
    """Try again later what may pass; what a rule or a limit refuses is refused the next time too.

    A file that is not there may be on a disk that is not mounted yet: NotFound is tried again.
    """

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        """Say when the job is tried again; None where that was its last try."""
        if isinstance(exception, Refused | Invalid | LimitReached):
            return None
        return super().get_retry_decision(exception=exception, job=job)


# Eight more tries in about three hours.
RETRY = Tries(max_attempts=8, exponential_wait=3)

# How many jobs of each queue run at once. Each queue has a runner of its own, so that a plan
# that takes minutes delays no letter.
QUEUES = {"mail": 2, "documents": 2, "inspections": 2, "imports": 1, "planning": 1, "timers": 1}

Body = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Task:
    """The body of a job, the queue it waits in and, for a timer, when it is queued (cron).

    `named` is what is left undone where it dies, as it is called for people. `ended` is then
    called with the session, the instant and the job's arguments: it says in words, where somebody
    waits, that nothing comes any more. It gives False where nothing is left undone.
    """

    body: Body
    queue: str
    named: Message
    ended: Body | None = None
    effect: bool = False
    cron: str | None = None


# Every task by name: what the worker runs and what tests run in their transaction.
tasks: dict[str, Task] = {}

_DEFER = text(
    "select procrastinate_defer_jobs_v1(array[row(:queue, :task, 0, null, null,"
    " cast(:args as jsonb), null)::procrastinate_job_to_defer_v1])"
)
# The more of theirs wait, the further back the next one stands: everybody's first comes before
# anybody's second. The lock lets one of theirs run at a time.
_DEFER_IN_TURN = text(
    "select procrastinate_defer_jobs_v1(array[row(:queue, :task,"
    " -(select count(*) from procrastinate_jobs j where j.lock = :turn"
    " and j.status in ('todo', 'doing')),"
    " :turn, null, cast(:args as jsonb), null)::procrastinate_job_to_defer_v1])"
)
_DEFER_MANY = text(
    "select procrastinate_defer_jobs_v1(array_agg(row(:queue, :task, 0, null, null, a, null)"
    "::procrastinate_job_to_defer_v1)) from jsonb_array_elements(cast(:args as jsonb)) as a"
)


_ADOPT = text(
    "update procrastinate_jobs set queue_name = known.queue"
    " from unnest(cast(:names as text[]), cast(:queues as text[])) as known(name, queue)"
    " where status = 'todo' and task_name = known.name and queue_name <> known.queue"
)
_DONE = text("delete from dead_job where task = :task and args = cast(:args as jsonb)")
_WAITING = text(
    "select queue_name, count(*) from procrastinate_jobs where status = 'todo' group by queue_name"
)


def task(
    name: str, *, queue: str, named: Message, ended: Body | None = None
) -> Callable[[Body], Body]:
    """Register `body(session, now, **args)`, run in one transaction committed by kit.

    `named` and `ended` say what is left undone where it dies (`Task`).
    """
    return _registering(name, queue, named, ended)


def effect(
    name: str, *, queue: str, named: Message, ended: Body | None = None
) -> Callable[[Body], Body]:
    """Register `body(transaction, **args)` for a job with an effect outside the database.

    It reads in one transaction, acts outside, and writes under an idempotency key in
    another, so that nothing outside is waited for while rows are locked.
    """
    return _registering(name, queue, named, ended, effect=True)


def periodic(name: str, *, cron: str, named: Message) -> Callable[[Body], Body]:
    """Register `body(session, now)` as a timer, in cron's words ("7 * * * *"), UTC.

    However many workers run, it is queued once for each of its instants, and not again while
    the last one still waits. What no worker was there for within ten minutes is left out.
    """
    return _registering(name, "timers", named, cron=cron)


def _registering(
    name: str,
    queue: str,
    named: Message,
    ended: Body | None = None,
    *,
    effect: bool = False,
    cron: str | None = None,
) -> Callable[[Body], Body]:
    if queue not in QUEUES:
        raise LookupError(f"no queue is named {queue}")

    def register(body: Body) -> Body:
        tasks[name] = Task(body, queue, named, ended, effect, cron)
        return body

    return register


def run(name: str, args: dict[str, Any]) -> None:
    """Run a task's body as the worker does, with its own transaction.

    What is done now is no longer dead, if it was.
    """
    found = tasks[name]
    if found.effect:
        found.body(db.transaction, **args)
    with db.transaction() as session:
        if not found.effect:
            found.body(session, clock.now(session), **args)
        session.execute(_DONE, {"task": name, "args": json.dumps(args)})


def enqueue(session: Session, name: str, **args: Any) -> None:
    """Queue a job in the caller's transaction: a rollback leaves no job behind."""
    values = {"queue": _named(name).queue, "task": name, "args": json.dumps(args)}
    session.execute(_DEFER, values)


def enqueue_in_turn(session: Session, name: str, whose: object, **args: Any) -> None:
    """Queue a job of one among many who ask for the same: none of them waits behind another's heap.

    One job of `whose` runs at a time, and each further one stands behind everybody else's that
    has fewer before it.
    """
    values = {"queue": _named(name).queue, "task": name, "args": json.dumps(args)}
    session.execute(_DEFER_IN_TURN, {**values, "turn": f"{name}:{whose}"})


def enqueue_many(session: Session, name: str, args: list[dict[str, Any]]) -> None:
    """Queue the same task once for each set of arguments, in one statement."""
    values = {"queue": _named(name).queue, "task": name, "args": json.dumps(args)}
    if args:
        session.execute(_DEFER_MANY, values)


def adopt(session: Session) -> int:
    """Take jobs that wait in another queue than their task's now into the right one.

    An earlier release had other queues, and its web may still run while this one begins.
    """
    queues = {name: found.queue for name, found in tasks.items()}
    values = {"names": list(queues), "queues": list(queues.values())}
    adopted: int = session.execute(_ADOPT, values).rowcount  # type: ignore[attr-defined]
    return adopted


def waiting(session: Session) -> dict[str, int]:
    """How many jobs of each queue nobody has begun, those put off for another try included."""
    found = {queue: count for queue, count in session.execute(_WAITING)}
    return {queue: found.get(queue, 0) for queue in QUEUES}


def runner(connector: procrastinate.PsycopgConnector, queue: str) -> procrastinate.App:
    """Make procrastinate's application with the tasks of one queue (for the worker only)."""
    app = procrastinate.App(connector=connector)
    for name, found in tasks.items():
        if found.queue == queue:
            _register(app, name, found)
    return app


def _named(name: str) -> Task:
    if name not in tasks:
        raise LookupError(f"no task is named {name}")
    return tasks[name]


def _register(app: procrastinate.App, name: str, found: Task) -> None:
    if found.cron is None:

        def call(**args: Any) -> None:
            with meters.job(name):
                run(name, args)

        app.task(name=name, queue=found.queue, retry=RETRY)(call)
        return

    def tick(timestamp: int = 0) -> None:
        with meters.job(name):
            run(name, {})

    timer = app.task(name=name, queue=found.queue, queueing_lock=name)(tick)
    app.periodic(cron=found.cron, periodic_id=name)(timer)
