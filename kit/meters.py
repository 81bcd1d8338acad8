"""What is counted for whoever runs the house: in Prometheus' format, all processes together.

Off unless the launcher gives its children a folder (FARELEGAMI_METRICS_PORT): then each process
writes its counts to a file there, and the launcher adds the files up (`kit.run.metrics`). Every
label has few values, known when the process starts: a route's template, a method, a status, the
name of a job or a queue; never an address, an id or a person.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from kit import log

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
ON = bool(os.environ.get(FOLDER_VARIABLE))
_TAKEN = "counted as in use"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Meters:
    """Every meter of the house; made once in a process, and only where they are on."""

    def __init__(self) -> None:
        # Only here: it takes 70 ms, and where to write is read once, when it is loaded.
        from prometheus_client import Counter, Gauge, Histogram

        named = ["method", "route"]
        self.requests = Counter(
            "farelegami_requests", "Answers, refusals at the door included", [*named, "status"]
        )
        self.seconds = Histogram(
            "farelegami_request_seconds",
            "From the last byte of the request to its answer, waiting for a place included",
            named,
            buckets=_BUCKETS,
        )
        self.waiting = Gauge(
            "farelegami_requests_waiting",
            "Requests waiting for a place in service",
            multiprocess_mode="livesum",
        )
        self.refused = Counter(
            "farelegami_requests_turned_away", "Requests told to come back: no place in time"
        )
        self.pool_in_use = Gauge(
            "farelegami_pool_in_use", "Database connections in use", multiprocess_mode="livesum"
        )
        self.pool_size = Gauge(
            "farelegami_pool_size", "Database connections at most", multiprocess_mode="livesum"
        )
        self.jobs = Counter("farelegami_jobs", "Jobs that ended", ["task", "outcome"])
        self.job_seconds = Histogram(
            "farelegami_job_seconds", "How long jobs took", ["task"], buckets=_BUCKETS
        )
        self.jobs_waiting = Gauge(
            "farelegami_jobs_waiting",
            "Jobs that nobody has begun",
            ["queue"],
            multiprocess_mode="livemostrecent",
        )


_meters: Any = _Meters() if ON else None
_lost = threading.Event()


@contextmanager
def _lossy() -> Iterator[None]:
    """Lose a count that cannot be kept: no answer depends on a disk with room."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a file that could not grow fails in many ways
        if not _lost.is_set():  # once: it would be said with every answer
            log.logger.error("count_lost", exc_info=error)
        _lost.set()


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer."""
    if not ON:
        return
    with _lossy():
        _meters.requests.labels(method, route, status).inc()
        _meters.seconds.labels(method, route).observe(seconds)


def requests_waiting(count: int) -> None:
    """Say how many wait for a place in this process."""
    if not ON:
        return
    with _lossy():
        _meters.waiting.set(count)


def request_turned_away() -> None:
    """Count a request that got no place in time."""
    if not ON:
        return
    with _lossy():
        _meters.refused.inc()


def watch_pool(engine: Engine, size: int) -> None:
    """Follow how many of an engine's connections are in use."""
    if not ON:
        return
    _meters.pool_size.set(size)

    def taken(_connection: Any, record: Any, _fairy: Any) -> None:
        record.record_info[_TAKEN] = True
        with _lossy():
            _meters.pool_in_use.inc()

    def given_back(_connection: Any, record: Any) -> None:
        # Also told of a place whose connection could not be made, which nobody had taken.
        if record.record_info.pop(_TAKEN, False):
            with _lossy():
                _meters.pool_in_use.dec()

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)


@contextmanager
def job(task: str) -> Iterator[None]:
    """Count a job by how it ends."""
    began = perf_counter()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    finally:
        if ON:
            with _lossy():
                _meters.jobs.labels(task, outcome).inc()
                _meters.job_seconds.labels(task).observe(perf_counter() - began)


def jobs_waiting(by_queue: dict[str, int]) -> None:
    """Say how many jobs of each queue nobody has begun."""
    if not ON:
        return
    with _lossy():
        for queue, count in by_queue.items():
            _meters.jobs_waiting.labels(queue).set(count)
