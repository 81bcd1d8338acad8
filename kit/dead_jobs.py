"""Jobs that used up their tries: named here until somebody has them done, or puts them aside.

A job that fails for good stays with procrastinate as failed. `bury_all` takes it from there, lets
its task say so where somebody waits (`jobs.Task.ended`), and keeps what nobody does any more: for
the pages of those it concerns, `litestar check`, and the log.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    SmallInteger,
    SQLColumnExpression,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import audit, clock, db, jobs
from kit.audit import Acting
from kit.db import Base, Id
from kit.errors import Message, NotFound
from kit.log import logger

MOST_KILLED = 3
"""How many workers may die over one job before it is given up."""
SET_BACK = 10_000
"""How far back a job stands for each of them (procrastinate's priority), far beyond all others."""
ALONE = "kit.killed"
"""The lock of what a killed worker left: one at a time."""
OVERDUE_S = 3600
_AT_ONCE = 100


class DeadJob(Base):
    """A job that nobody does any more: its task and arguments, how often it was tried."""

    __tablename__ = "dead_job"

    id: Mapped[Id]
    task: Mapped[str]
    args: Mapped[dict[str, Any]]
    tries: Mapped[int] = mapped_column(SmallInteger)
    killed: Mapped[int] = mapped_column(SmallInteger)
    died_at: Mapped[datetime]

    @property
    def undone(self) -> Message | None:
        """What is left undone, as people call it; None of a task that is no longer known."""
        known = jobs.tasks.get(self.task)
        return known.named if known else None

    @property
    def ids(self) -> dict[str, int]:
        """Which rows it was about, without what people wrote."""
        return _ids(self.args)


_FAILED = text(
    "select id, task_name, args, attempts, priority from procrastinate_jobs"
    f" where status in ('failed', 'aborted') order by id limit {_AT_ONCE}"
    " for update skip locked"
)
_GONE = text("delete from procrastinate_jobs where id = :id")
# Those of a timer that is late count by the next one that waits in the same place.
_LATE = text(
    "select queue_name, count(*) as n, min(coalesce(j.scheduled_at, e.at)) as since"
    " from procrastinate_jobs j join lateral (select min(at) as at from procrastinate_events"
    " where job_id = j.id) e on true where j.status = 'todo'"
    " and coalesce(j.scheduled_at, e.at) < now() - make_interval(secs => :overdue)"
    " group by queue_name order by queue_name"
)


def killed(priority: int) -> int:
    """Tell over how many workers' deaths a job of this priority was run."""
    return -priority // SET_BACK if priority < 0 else 0


def bury_all() -> None:
    """Bury what has failed for good, each in a transaction of its own, until none is left."""
    while True:
        with db.transaction() as session:
            if bury(session, clock.now(session)) < _AT_ONCE:
                return


def bury(session: Session, now: datetime) -> int:
    """Say of jobs that failed for good that they are dead, where it concerns somebody."""
    failed = session.execute(_FAILED).all()
    for job in failed:
        known = jobs.tasks.get(job.task_name)
        args = {} if known and known.cron else job.args  # a timer's instant is no matter of it
        if _is_left_undone(session, job.task_name, args, now):
            counts = {"tries": job.attempts, "killed": killed(job.priority)}
            session.execute(
                delete(DeadJob).where(DeadJob.task == job.task_name, DeadJob.args == args)
            )
            session.add(DeadJob(task=job.task_name, args=args, died_at=now, **counts))
            session.flush()
            logger.error("job_dead", task=job.task_name, job=job.id, **_ids(args), **counts)
        session.execute(_GONE, {"id": job.id})
    return len(failed)


def about(session: Session, argument: str, ids: Sequence[int] | Select[int]) -> list[Message]:
    """Say what nobody does any more about some rows, for a page of whoever looks after them.

    `argument` is what the jobs call them. What says itself that it ended is not said again.
    """
    found = select(DeadJob.task).where(_of(argument).in_(ids)).order_by(DeadJob.id)
    return in_words(session.scalars(found))


def tasks_about(argument: str, id_: SQLColumnExpression[int]) -> ScalarSelect[list[str] | None]:
    """The same inside another statement: the dead tasks about a row, for `in_words`."""
    found = func.array_agg(aggregate_order_by(DeadJob.task, DeadJob.id))
    return select(found).where(_of(argument) == id_).scalar_subquery()


def in_words(tasks: Iterable[str] | None) -> list[Message]:
    """Say what nobody does any more, once each, but for what says itself that it ended."""
    known = [jobs.tasks[name] for name in dict.fromkeys(tasks or ()) if name in jobs.tasks]
    return [_told(task.named) for task in known if task.ended is None]


def all_(session: Session) -> list[DeadJob]:
    """All of them, the newest first."""
    return list(session.scalars(select(DeadJob).order_by(DeadJob.id.desc())))


def try_again(session: Session, actor: Acting, dead_job_id: int, now: datetime) -> None:
    """Queue a dead job anew. Raises NotFound once it was, or was put aside, or has no task."""
    row = _taken(session, dead_job_id)
    if row.task not in jobs.tasks:
        raise NotFound
    jobs.enqueue(session, row.task, **row.args)
    _record(session, actor, "tried_again", row, now)


def put_aside(session: Session, actor: Acting, dead_job_id: int, now: datetime) -> None:
    """Name a dead job no more: it was done in another way. Raises NotFound once it was."""
    _record(session, actor, "put_aside", _taken(session, dead_job_id), now)


def _taken(session: Session, dead_job_id: int) -> DeadJob:
    row = session.get(DeadJob, dead_job_id, with_for_update=True)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    return row


def _record(session: Session, actor: Acting, act: str, row: DeadJob, now: datetime) -> None:
    after = {"task": row.task, **_ids(row.args)}
    audit.record(session, actor, act, audit.of(DeadJob, row.id), now, after=after)


def violations(session: Session) -> list[str]:
    """Say which jobs are dead, and where jobs wait for which nobody comes."""
    late = session.execute(_LATE, {"overdue": OVERDUE_S}).all()
    return [
        *(
            f"job {row.task} {_ids(row.args)} is dead since {row.died_at}: {row.tries} tries,"
            f" {row.killed} workers killed"
            for row in all_(session)
        ),
        *(f"queue {row.queue_name}: {row.n} jobs wait, one since {row.since}" for row in late),
    ]


def _is_left_undone(session: Session, name: str, args: dict[str, Any], now: datetime) -> bool:
    """Let the task say that it ended; what fails in saying so is left undone as well."""
    known = jobs.tasks.get(name)
    if known is None or known.ended is None:
        return True
    try:
        with session.begin_nested():
            return known.ended(session, now, **args) is not False
    except Exception as error:  # noqa: BLE001 - the worker's edge: a job is buried whatever it says
        logger.error("job_end_not_said", task=name, args=_ids(args), exc_info=error)
        return True


def _of(argument: str) -> ColumnElement[Any]:
    text_of: ColumnElement[Any] = DeadJob.args[argument].astext.cast(BigInteger)
    return text_of


def _told(named: Message) -> Message:
    return Message(
        "{what}: ci abbiamo provato più volte e non ci siamo riusciti. Non si riprova da solo: "
        "avvisa tu chi aspetta, o chiedi all'amministrazione di riprovare.",
        what=named,
    )


def _ids(args: dict[str, Any]) -> dict[str, int]:
    """Of what a job was given only what names rows: never what people wrote."""
    return {name: value for name, value in args.items() if type(value) is int}
