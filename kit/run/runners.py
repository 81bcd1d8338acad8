"""The worker: a runner for each queue, and what must not wait in one.

Beside the queues, in this process: the audit chain is sealed every few seconds, and jobs that
a killed worker left are queued again.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import procrastinate

import kit.acts  # noqa: F401 - these five register the tasks and timers of the kit
import kit.limits  # noqa: F401
import kit.mail  # noqa: F401
import kit.paper.documents  # noqa: F401
import kit.witness  # noqa: F401
from kit import db, dead_jobs, jobs, log, meters, seals
from kit.run.endings import Endings
from kit.settings import settings

SEAL_EVERY_S = 3
RESCUE_EVERY_S = 20
STALLED_AFTER_S = 20
# A thread and a connection for every job that may run at once, and for the two beside them.
THREADS = sum(jobs.QUEUES.values()) + 2


async def main() -> None:
    """Run until SIGTERM or SIGINT; running jobs are finished first."""
    log.configure()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    url = settings().database_url.reveal()
    engine = db.make_engine(url, pool_size=THREADS, statement_timeout_s=120)
    meters.watch_pool(engine, THREADS)
    db.configure(engine)
    await serve(url, stop)


async def serve(url: str, stop: asyncio.Event) -> None:
    """Run the jobs of every queue that has tasks until `stop`, then finish the running ones.

    Raises RuntimeError when a runner ended by itself (the database went away): whoever started
    this process starts it again.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo, min_size=1, max_size=4, timeout=10
    )
    queues = sorted({task.queue for task in jobs.tasks.values()})
    apps = {queue: jobs.runner(connector, queue) for queue in queues}
    for app in apps.values():
        app.job_manager = Endings(connector, stop)
    async with apps[queues[0]].open_async() as opened:

        async def rescue() -> None:
            await asyncio.to_thread(adopt)
            await retry_stalled(opened)
            await asyncio.to_thread(dead_jobs.bury_all)
            if meters.ON:
                await asyncio.to_thread(count)

        runners = [asyncio.create_task(_run(app, queue)) for queue, app in apps.items()]
        beside = [
            asyncio.create_task(_every(SEAL_EVERY_S, seal)),
            asyncio.create_task(_every(RESCUE_EVERY_S, rescue)),
        ]
        log.logger.info("worker_started", tasks=len(jobs.tasks), queues=queues)
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait([asked, *runners], return_when=asyncio.FIRST_COMPLETED)
        for task in (asked, *runners, *beside):
            task.cancel()
        await asyncio.gather(asked, *runners, *beside, return_exceptions=True)
    if not stop.is_set():
        raise RuntimeError("a runner of the jobs ended by itself")


async def _run(app: procrastinate.App, queue: str) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=jobs.QUEUES[queue],
        install_signal_handlers=False,
        delete_jobs="successful",
        update_heartbeat_interval=5,
        stalled_worker_timeout=STALLED_AFTER_S,
    )


async def retry_stalled(app: procrastinate.App) -> None:
    """Queue again what a killed worker left half done, in every queue (jobs are idempotent).

    One of them may have killed it. So they are run one at a time, those last over which most
    workers died, and after `MOST_KILLED` a job is dead: no other is ended for what it did.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        priority = job.priority - dead_jobs.SET_BACK
        if dead_jobs.killed(priority) >= dead_jobs.MOST_KILLED:
            await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, False)
            continue
        log.logger.warning("job_retried", task=job.task_name, job=job.id)
        known = jobs.tasks.get(job.task_name)
        await app.job_manager.retry_job(
            job, queue=known.queue if known else None, priority=priority, lock=dead_jobs.ALONE
        )


def adopt() -> None:
    """Take over what waits in a queue that nobody runs any more."""
    with db.transaction() as session:
        count = jobs.adopt(session)
    if count:
        log.logger.info("jobs_adopted", jobs=count)


def count() -> None:
    """Tell the meters how many jobs wait."""
    with db.transaction() as session:
        found = jobs.waiting(session)
    meters.jobs_waiting(found)


def seal() -> None:
    """Chain new audit rows until none is left."""
    while True:
        with db.transaction() as session:
            if seals.seal(session) < seals.SEAL_BATCH:
                return


async def _every(seconds: float, work: Callable[[], Awaitable[None] | None]) -> None:
    """Run a piece of work again and again; a failure is logged and tried next time."""
    while True:
        try:
            if asyncio.iscoroutinefunction(work):
                await work()
            else:
                await asyncio.to_thread(work)
        except Exception as error:  # noqa: BLE001 - the worker's edge: a timer outlives a database
            log.logger.error("timer_failed", timer=getattr(work, "__name__", ""), exc_info=error)
        await asyncio.sleep(seconds)
