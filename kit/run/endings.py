"""What became of a job is written down again until it can be, by the worker that ran it.

Where it cannot be (a full disk, a locked table) the library leaves the job as being done, by a
worker that lives: nobody would ever take it up again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

from kit import log

AGAIN_AFTER_S = 1.0
# Whoever is asked to stop does not wait for a database that may be gone: a rescue comes later.
TRIES_WHEN_STOPPING = 3


class Endings(JobManager):
    """Writes how jobs ended, also after a while in which nothing could be written."""

    def __init__(self, connector: procrastinate.PsycopgConnector, stop: asyncio.Event) -> None:
        super().__init__(connector)
        self._stop = stop

    async def finish_job(self, job: Any, status: Any, delete_job: bool) -> None:
        """Write that a job is done or has failed."""
        ending = super().finish_job
        await self._insist(job, lambda: ending(job, status, delete_job))

    async def retry_job(self, job: Any, *args: Any, **values: Any) -> None:
        """Write that a job is to be tried again, and when."""
        ending = super().retry_job
        await self._insist(job, lambda: ending(job, *args, **values))

    async def _insist(self, job: Any, write: Callable[[], Awaitable[None]]) -> None:
        left = TRIES_WHEN_STOPPING
        while True:
            try:
                return await write()
            except ConnectorException as error:
                cause = error.__cause__ or error
                if isinstance(cause, psycopg.errors.RaiseException):
                    return None  # its function found the job ended: written, and the answer lost
                left -= self._stop.is_set()
                if not left:
                    raise
                log.logger.warning("job_end_not_written", job=job.id, **log.named(cause))
            await asyncio.sleep(AGAIN_AFTER_S)
