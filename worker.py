"""The door for jobs: runs queued jobs, timers, and retries those of a killed worker."""

import asyncio
import contextlib
import signal

import procrastinate

import calls.jobs  # noqa: F401
import kit.mail
import market.jobs  # noqa: F401
from kit import acts, audit, clock, db, jobs, log
from kit.settings import settings
from people import link_requests, sign_ins

SEAL_EVERY_S = 3
RETRY_STALLED_EVERY_S = 20
STALLED_AFTER_S = 20
TIDY_EVERY_S = 3600
CONCURRENCY = 2


async def retry_stalled(app: procrastinate.App) -> None:
    """Queue again what a killed worker left half done (every job is idempotent)."""
    for job in await app.job_manager.get_stalled_jobs(
        queue=jobs.QUEUE, seconds_since_heartbeat=STALLED_AFTER_S
    ):
        log.logger.warning("job_retried", task=job.task_name, job=job.id)
        await app.job_manager.retry_job(job)


def seal() -> None:
    """Chain new audit rows until none is left."""
    while True:
        with db.transaction() as session:
            if audit.seal(session) < audit.SEAL_BATCH:
                return


def tidy() -> None:
    """Forget ended sessions, old failures to sign in and old acts; try again unsent letters."""
    with db.transaction() as session:
        now = clock.now(session)
        sign_ins.forget_expired(session, now)
        link_requests.forget_old(session, now)
        acts.forget_old(session, now)
        kit.mail.requeue_lost(session, now)


async def _every(seconds: float, work: object) -> None:
    """Run a piece of work again and again; a failure is logged and tried next time."""
    while True:
        try:
            if asyncio.iscoroutinefunction(work):
                await work()
            else:
                await asyncio.to_thread(work)  # type: ignore[arg-type]
        except Exception as error:  # the worker's edge: a timer must outlive a stopped database
            log.logger.error("timer_failed", timer=getattr(work, "__name__", ""), exc_info=error)
        await asyncio.sleep(seconds)


async def main() -> None:
    """Run until SIGTERM or SIGINT; a running job is finished first."""
    log.configure()
    url = settings().database_url.reveal()
    db.configure(db.make_engine(url, pool_size=4, statement_timeout_s=120))
    app = jobs.worker_app(url)
    async with app.open_async():

        async def stalled() -> None:
            await retry_stalled(app)

        timers = [
            asyncio.create_task(_every(SEAL_EVERY_S, seal)),
            asyncio.create_task(_every(TIDY_EVERY_S, tidy)),
            asyncio.create_task(_every(RETRY_STALLED_EVERY_S, stalled)),
        ]
        log.logger.info("worker_started", tasks=len(jobs.bodies))
        await app.run_worker_async(
            queues=[jobs.QUEUE],
            concurrency=CONCURRENCY,
            install_signal_handlers=True,
            listen_notify=True,
            delete_jobs="successful",
            update_heartbeat_interval=5,
            stalled_worker_timeout=STALLED_AFTER_S,
        )
        for timer in timers:
            timer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await timer


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    asyncio.run(main())
