"""The faults, each done once in the middle of acts."""

import os
import random
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.drill import clients
from tests.drill.launched import Launched
from tests.drill.promises import Promise

FULL_S = 10.0
LOCKED_S = 3.0
CAUGHT_WITHIN_S = 1.5
FELT_S = 1.0
# What is left on a full disk: less than a page of a table.
_CRUMBS = 4096

WRITTEN = ("audit_event", "procrastinate_jobs", "group_order", "act_once", "booking", "journal")
"""Where acts are caught in the middle of their transaction: held against writing."""


@dataclass
class Scene:
    """What a fault happens to, and what it tells of itself."""

    site: Launched
    owner: Engine
    chance: random.Random
    pages: Sequence[Promise] = ()
    frozen_s: float = 30.0
    tables: Sequence[str] = ()
    breaches: list[str] = field(default_factory=list)
    felt: int = 0
    """By how many it was felt that are no act: jobs at work, readers that waited."""
    unfelt: list[str] = field(default_factory=list)
    """Tables whose lock nobody met."""

    def wait(self, seconds: float) -> None:
        """Let a fault last."""
        threading.Event().wait(seconds)


@contextmanager
def caught(scene: Scene, least: int = 1) -> Iterator[list[int]]:
    """Hold a table until acts stand in the middle of their transactions, and for the block.

    `least` are waited for, but not for ever: fewer will do. Gives the numbers of the server's
    processes that wait there.
    """
    found: list[int] = []
    with scene.owner.connect() as line, scene.owner.connect() as beside:
        for table in (scene.chance.choice(WRITTEN), "audit_event", "audit_event"):
            with suppress(SQLAlchemyError):
                line.execute(text(f"lock table {table} in share mode"))
                if found := _waiting(scene, beside, least):
                    break
            line.rollback()
        try:
            yield found
        finally:
            for each in (line, beside):
                with suppress(SQLAlchemyError):
                    each.rollback()
                each.invalidate()


_WAITING = text(
    "select pid from pg_stat_activity where datname = current_database()"
    " and wait_event_type = 'Lock' and usename <> current_user"
)


def _waiting(scene: Scene, line: Connection, least: int) -> list[int]:
    end = time.monotonic() + CAUGHT_WITHIN_S
    while True:
        found = list(line.scalars(_WAITING))
        line.rollback()
        acting = any(each.began and not each.ended for each in scene.pages)
        if len(found) >= least and acting:  # a job of the worker may wait there too
            return found
        if time.monotonic() > end:
            return found if acting else []
        threading.Event().wait(0.02)


def kill_web(scene: Scene) -> None:
    """End one web process outright; acts are under way in both."""
    with caught(scene, least=4):
        scene.chance.choice(scene.site.webs()).kill()


def kill_worker(scene: Scene) -> None:
    """End the worker outright while it is at work."""
    doing = text("select count(*) from procrastinate_jobs where status = 'doing'")
    end = time.monotonic() + 20
    with scene.owner.connect() as line:
        while not scene.felt and time.monotonic() < end:
            scene.felt = line.execute(doing).scalar_one()
            line.rollback()
        if worker := scene.site.worker():
            worker.kill()


def kill_backend(scene: Scene) -> None:
    """End the process behind one connection outright, an act's where one is caught."""
    with caught(scene) as found:
        if found:
            os.kill(scene.chance.choice(found), signal.SIGKILL)


def kill_postmaster(scene: Scene) -> None:
    """End the database's first process outright; the others see it and go."""
    with caught(scene):
        scene.site.database()[0].kill()


def stop_at_once(scene: Scene) -> None:
    """Stop the database without waiting for anybody."""
    with caught(scene):
        scene.site.stop_database_at_once()


def freeze(scene: Scene) -> None:
    """Hold the database still, as a disk that does not answer: connections stay, nothing comes."""
    with caught(scene):
        held = scene.site.database()
        try:
            for each in held:
                with suppress(psutil.NoSuchProcess):
                    each.suspend()
            scene.wait(scene.frozen_s)
        finally:
            for each in reversed(held):
                with suppress(psutil.NoSuchProcess):
                    each.resume()


def fill_the_disk(scene: Scene) -> None:
    """Leave no room on the file system of the data folder for a while."""
    heap = scene.site.folder / "filling"
    try:
        _fill(heap)
        end = time.monotonic() + FULL_S
        while time.monotonic() < end:
            _fill(heap)  # what is freed meanwhile is taken too
            scene.wait(0.2)
    finally:
        heap.unlink()


def _fill(heap: Path) -> None:
    with heap.open("ab") as handle:
        while (left := os.statvfs(heap).f_bavail * os.statvfs(heap).f_frsize) > _CRUMBS:
            try:
                size = os.fstat(handle.fileno()).st_size
                os.posix_fallocate(handle.fileno(), size, max(left - _CRUMBS, _CRUMBS))
            except OSError:
                return


def no_room_for_files(scene: Scene) -> None:
    """Let the web and the worker write no byte into any file for a while.

    What an ordinary user can do: a limit of their own size, of which no file is to be larger.
    """
    for each in _writers(scene):
        resource.prlimit(each.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    scene.wait(FULL_S * 0.8)
    whole = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    for each in _writers(scene):
        resource.prlimit(each.pid, resource.RLIMIT_FSIZE, whole)


def _writers(scene: Scene) -> list[psutil.Process]:
    worker = scene.site.worker()
    return [*scene.site.webs(), *([worker] if worker else [])]


def lock_tables(scene: Scene) -> None:
    """Lock each of the tables for 3 s while a crowd of readers comes; all must be answered."""
    for table in scene.tables:
        with scene.owner.connect() as line:
            line.execute(text("set lock_timeout = '20s'"))
            line.execute(text(f'lock table "{table}" in access exclusive mode'))
            reading = _Reading(scene)
            reading.start()
            scene.wait(LOCKED_S)
            waited = line.execute(_WAITING).rowcount
            line.rollback()
        reading.join()
        met = waited + sum(seconds > FELT_S or status == 503 for status, seconds in reading.told)
        scene.felt += met
        if not met:
            scene.unfelt.append(table)
        # A page whose act was done meanwhile may be gone; nobody is left without an answer.
        bad = {status for status, _ in reading.told if status != 503 and not 200 <= status < 500}
        if bad:
            scene.breaches.append(f"readers of locked {table} were answered {sorted(bad)}")


class _Reading(threading.Thread):
    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self.pages = scene.chance.sample(list(scene.pages), len(scene.pages))
        self.told: list[tuple[int, float]] = []

    def run(self) -> None:
        self.told = clients.read(self.scene.site.url, self.pages)


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    `acting_s`: for how long acts are sent at least; `restarted`: what is ended and started again,
    once; `red`: whether readiness must be seen red; `disk`: needs a small disk of its own;
    `locks`: takes tables in turn; `files`: acts that bring a file come last, in its middle.
    """

    name: str
    do: Callable[[Scene], None]
    acting_s: float = 6.0
    restarted: str = ""
    red: bool = False
    cheap: bool = True
    disk: bool = False
    locks: bool = False
    files: bool = False


FAULTS = [
    Fault("a web process killed", kill_web, restarted="web"),
    Fault("the worker killed", kill_worker, restarted="worker"),
    Fault("a backend of PostgreSQL killed", kill_backend),
    Fault("the postmaster killed", kill_postmaster, restarted="database"),
    Fault("the database stopped at once", stop_at_once, restarted="database", cheap=False),
    Fault("the database frozen for 30 s", freeze, 34.0, red=True, cheap=False),
    Fault("no room for files", no_room_for_files, cheap=False, files=True),
    Fault("the disk full", fill_the_disk, 12.0, cheap=False, disk=True, files=True),
    Fault("tables locked for 3 s, 48 readers", lock_tables, cheap=False, locks=True),
]
