"""What must hold after a fault, asked from outside and of the database."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine, text

from tests.drill import clients
from tests.drill.faults import Fault
from tests.drill.launched import Launched, restarts
from tests.drill.promises import Promise
from tests.waiting import until

QUIET_WITHIN_S = 30.0
START_WITHIN_S = 60.0
TAKEN_WITHIN_S = 120.0
"""Longer than a killed worker is waited for (20 s) and looked for (20 s)."""

_ASLEEP = text(
    "select count(*) from pg_stat_activity where datname = current_database()"
    " and state like 'idle in transaction%' and now() - state_change > interval '5 s'"
    " and pid <> pg_backend_pid()"
)
_BEGUN = text(
    "select queue_name, count(*) filter (where waits), coalesce(max(last), 0) from ("
    " select j.queue_name, j.status = 'todo' and coalesce(j.scheduled_at, now()) <= now() as waits,"
    " (select max(e.id) from procrastinate_events e where e.job_id = j.id and e.type = 'started')"
    " as last from procrastinate_jobs j) as found group by 1"
)
_ORPHANS = text(
    "select id, coalesce(worker_id, 0) from procrastinate_jobs where status = 'doing'"
    " and not exists (select from procrastinate_workers w where w.id = worker_id"
    " and w.last_heartbeat > now() - interval '20 s')"
)
_LEFT = text(
    "select count(*) from procrastinate_jobs where status = 'doing'"
    " or status = 'todo' and coalesce(scheduled_at, now()) <= now()"
)
_WHICH = text(
    "select id, task_name, status::text, attempts, worker_id from procrastinate_jobs"
    " where status = 'doing' or status = 'todo' and coalesce(scheduled_at, now()) <= now()"
)
_FAILED = text("select task_name from procrastinate_jobs where status = 'failed'")
_UNMADE = text("select kind from document where state not in ('ready', 'failed')")


def pools(site: Launched, owner: Engine, pages: Sequence[Promise], many: int) -> list[str]:
    """Every process's pool is whole: a crowd is answered, and afterwards nothing is held."""
    found = []
    told = clients.read(site.url, pages, many)
    # A page whose act was done may be gone; what may not be is that nobody serves it.
    if bad := sorted({status for status, _ in told if not 200 <= status < 500}):
        found.append(f"{many} readers at once were answered {bad}")
    try:
        # What is asked for of nobody else: jobs hold connections for a moment too.
        unused = "farelegami_pool_in_use"
        until(lambda: site.meter(unused) == 0, "unused pools", QUIET_WITHIN_S, 0.2)
    except AssertionError:
        held = site.meter("farelegami_pool_in_use")
        found.append(f"connections in use though nobody asks: {held:.0f}")
    with owner.connect() as line:
        if asleep := line.execute(_ASLEEP).scalar_one():
            found.append(f"{asleep} connections hold a transaction and do nothing")
    return found


@dataclass
class Jobs:
    """No job waits without a reason; what a killed worker left is looked at for some rounds."""

    owner: Engine
    orphans: dict[tuple[int, int], float] = field(default_factory=dict)

    def moving(self) -> list[str]:
        """Every queue in which a job is due takes one within the bound."""
        before = self._queues()
        waiting = {queue for queue, (due, _) in before.items() if due}

        def taken() -> bool:
            now = self._queues()
            for queue in list(waiting):
                due, last = now.get(queue, (0, 0))
                if not due or last > before[queue][1]:
                    waiting.discard(queue)
            return not waiting

        try:
            until(taken, "a runner to take the due jobs", TAKEN_WITHIN_S, 0.2)
        except AssertionError:
            return [f"jobs of {sorted(waiting)} are due and nobody takes them"]
        return []

    def left_behind(self) -> list[str]:
        """Jobs that a killed worker was at and nobody has taken up within the bound."""
        now = time.monotonic()
        with self.owner.connect() as line:
            there = {(id_, worker) for id_, worker in line.execute(_ORPHANS)}
        self.orphans = {each: self.orphans.get(each, now) for each in there}
        old = [job for (job, _), since in self.orphans.items() if now - since > TAKEN_WITHIN_S]
        return [f"job {job} was left by a killed worker and is not taken up" for job in old]

    def ended(self) -> list[str]:
        """At the end: every due job is done, none has failed, every document is made."""
        before, since = -1, time.monotonic()
        while left := self._number(_LEFT):
            if left != before:
                before, since = left, time.monotonic()
            elif time.monotonic() - since > TAKEN_WITHIN_S:
                with self.owner.connect() as line:
                    named = sorted(map(str, line.execute(_WHICH)))
                return [f"{left} jobs are not done, and nothing moves: {', '.join(named)}"]
            threading.Event().wait(0.5)
        with self.owner.connect() as line:
            failed, unmade = list(line.scalars(_FAILED)), list(line.scalars(_UNMADE))
        return [
            *(f"a job has failed: {name}" for name in failed),
            *(f"a document is not made: {kind}" for kind in unmade),
        ]

    def _queues(self) -> dict[str, tuple[int, int]]:
        with self.owner.connect() as line:
            return {queue: (due, last) for queue, due, last in line.execute(_BEGUN)}

    def _number(self, asked: object) -> int:
        with self.owner.connect() as line:
            return int(line.execute(asked).scalar_one())  # type: ignore[call-overload]


def log(fault: Fault, site: Launched, since: float) -> list[str]:
    """Each end and each start is one line; who was killed ends once, no other web process does."""
    with suppress(AssertionError):
        until(lambda: not restarts(site.said(since))[1], "every start", START_WITHIN_S, 0.2)
    ended, wrong = restarts(site.said(since))
    for name, times in ended.items():
        if name.startswith("web") and fault.restarted != "web":
            wrong.append(f"{name} ended {times} times, and was not what was harmed")
    hit = [times for name, times in ended.items() if name.startswith(fault.restarted)]
    if fault.restarted and hit != [1]:
        wrong.append(f"{fault.restarted} ended {hit} times in the log, and not once")
    return wrong
