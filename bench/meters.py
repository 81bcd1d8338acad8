"""What a run costs: CPU of the web processes and of PostgreSQL, their memory, statements."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import psutil
from sqlalchemy import Engine, event

MIB = 1024 * 1024


@dataclass(frozen=True)
class Spent:
    """CPU seconds of the application and of PostgreSQL."""

    application: float
    database: float

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.application - other.application, self.database - other.database)


@dataclass
class Meter:
    """Reads the clocks of a web server's processes (None: this process) and of a cluster."""

    postmaster: int
    web: int | None = None

    def spent(self) -> Spent:
        """CPU used so far."""
        own = process_time() if self.web is None else _cpu(self.web)
        return Spent(own, _cpu(self.postmaster))

    def memory_mb(self) -> tuple[float, float]:
        """Resident and proportional memory of the web server's working processes, in MiB."""
        workers = psutil.Process(self.web).children()
        workers = [each for each in workers if each.memory_info().rss > 30 * MIB]
        full = [each.memory_full_info() for each in workers]
        return sum(each.rss for each in full) / MIB, sum(each.pss for each in full) / MIB


@dataclass
class Memory:
    """Shared-out memory (MiB) of the web's processes: before, at the top, after."""

    before: float = 0.0
    top: float = 0.0
    after: float = 0.0

    def told(self) -> str:
        """The three, in words."""
        return f"{self.before:.0f}, {self.top:.0f}, {self.after:.0f} MB"


@contextmanager
def watched(meter: Meter, rest_s: float) -> Iterator[Memory]:
    """Watch the memory of the web's processes twice a second, and once more after a rest."""
    held = meter.memory_mb()[1]
    found = Memory(held, held)
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            found.top = max(found.top, meter.memory_mb()[1])

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
    time.sleep(rest_s)
    found.after = meter.memory_mb()[1]


def postmaster(directory: Path) -> int:
    """The number of a cluster's first process."""
    return int((directory / "postmaster.pid").read_text().split("\n", 1)[0])


def _cpu(pid: int) -> float:
    """User and system seconds of a process, its living children, and those that ended."""
    first = psutil.Process(pid)
    total: float = first.cpu_times().children_user + first.cpu_times().children_system
    for process in (first, *first.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@dataclass
class Timed:
    """Seconds on the wall and CPU of one act in this process."""

    seconds: float = 0.0
    spent: Spent = field(default_factory=lambda: Spent(0.0, 0.0))

    @property
    def cpu_ms(self) -> float:
        """CPU of application and PostgreSQL, in milliseconds."""
        return (self.spent.application + self.spent.database) * 1000


@contextmanager
def timed(meter: Meter) -> Iterator[Timed]:
    """Time what happens inside."""
    found, before, started = Timed(), meter.spent(), perf_counter()
    yield found
    found.seconds = perf_counter() - started
    found.spent = meter.spent() - before


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that go through an engine (BEGIN and COMMIT are none)."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
