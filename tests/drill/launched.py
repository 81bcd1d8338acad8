"""The application as `make run` starts it, in a folder of its own, seen from outside."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from kit.postgres import clusters, programs
from tests.waiting import until

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 240.0
GREEN_WITHIN_S = 120.0  # a busy machine starts two web processes and a worker in it
BEAT_S = 0.2
_FORGET = ("FARELEGAMI_TESTING", "DATABASE_URL", "DATABASE_OWNER_URL", "MAIL_URL", "PUBLIC_URL")
_ENDED = re.compile(r"^· (web \d+|worker) ended ")
_AGAIN = re.compile(r"^· (web \d+|worker) is started again")
_DATABASE_ENDED, _DATABASE_AGAIN = "· the database has ended", "· the database is started again"


@dataclass
class Launched:
    """A launcher with everything below it; `command` is what starts it."""

    folder: Path
    port: int
    metrics_port: int
    command: tuple[str, ...] = ("-m", "kit.run.launch")
    demo: bool = True
    lines: list[tuple[float, str]] = field(default_factory=list)
    beats: list[tuple[float, bool]] = field(default_factory=list)
    whole: float = 0.0
    _leaving: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What it and the commands beside it find in their environment."""
        kept = {name: value for name, value in os.environ.items() if name not in _FORGET}
        return kept | {
            "FARELEGAMI_DATA": str(self.folder),
            "FARELEGAMI_DEMO": "1" if self.demo else "0",
            "FARELEGAMI_METRICS_PORT": str(self.metrics_port),
            "PORT": str(self.port),
        }

    def start(self) -> None:
        """Start it and wait until everything is up."""
        self.process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._threads = [threading.Thread(target=work) for work in (self._listen, self._feel)]
        for thread in self._threads:
            thread.start()
        until(self._is_up, "the application to be up", START_WITHIN_S, BEAT_S)
        self.whole = until(self._every_pool, "its processes", START_WITHIN_S, BEAT_S)

    def stop(self) -> None:
        """Stop it as Ctrl-C does; it takes its children with it."""
        self._leaving.set()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(90)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for thread in self._threads:
            thread.join(10)

    def webs(self) -> list[psutil.Process]:
        """Its web processes that live, by their number."""
        return self._children("serve")

    def worker(self) -> psutil.Process | None:
        """Its worker, where one lives."""
        found = self._children("worker.py")
        return found[0] if found else None

    def database(self) -> list[psutil.Process]:
        """The postmaster and its children."""
        number = (self.folder / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]
        postmaster = psutil.Process(int(number))
        return [postmaster, *postmaster.children(recursive=True)]

    def stop_database_at_once(self) -> None:
        """`pg_ctl stop -m immediate`: nobody is waited for, nothing is written out."""
        found = programs.find()
        clusters._pg_ctl(found, self.folder / "pg", "stop", "-m", "immediate")

    def meter(self, name: str) -> float:
        """A sum over all its processes, or -1 where the meters do not answer."""
        try:
            told = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5).text
        except httpx.TransportError:
            return -1.0
        found = re.search(rf"^{name} (\S+)$", told, re.MULTILINE)
        return float(found[1]) if found else -1.0

    def is_green(self) -> bool:
        """Whether it is ready, and each of its processes is there with its pool."""
        ready = len(self.beats) > 2 and all(well for _, well in self.beats[-3:])
        return ready and len(self.webs()) == 2 and self.meter("farelegami_pool_size") == self.whole

    def green_after(self, moment: float) -> float:
        """Wait until it is green; seconds since that moment."""

        def green() -> bool:
            return self.beats[-1][0] > moment + 3 * BEAT_S and self.is_green()

        until(green, "the application to be green again", GREEN_WITHIN_S, BEAT_S)
        return time.monotonic() - moment

    def was_red(self, start: float, end: float) -> bool:
        """Whether readiness was refused, or not answered in time, at some moment in between."""
        return any(start <= at <= end + 1 and not well for at, well in self.beats)

    def said(self, since: float) -> list[str]:
        """What the launcher said since a moment."""
        return [line for at, line in self.lines if at >= since]

    def check(self) -> str:
        """Run `litestar check`; what it said unless everything holds."""
        ended = subprocess.run(
            [sys.executable, "-m", "litestar", "--app", "app:create_app", "check"],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return "" if ended.returncode == 0 else (ended.stdout + ended.stderr)[-2000:]

    def _children(self, word: str) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children():
            try:
                if any(word in part for part in child.cmdline()):
                    found.append(child)
            except psutil.Error:  # it ends at this moment
                continue
        return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]

    def _every_pool(self) -> float:
        there = len(self.webs()) == 2 and self.worker() is not None
        self._leaving.wait(BEAT_S * 3)  # the last one is about to say how large its pool is
        return self.meter("farelegami_pool_size") if there else 0.0

    def _is_up(self) -> bool:
        assert self.process.poll() is None, "\n".join(line for _, line in self.lines[-20:])
        return any("FareLegami is ready" in line for _, line in self.lines)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.rstrip("\n")))

    def _feel(self) -> None:
        with httpx.Client(base_url=self.url, timeout=2) as client:
            while not self._leaving.wait(BEAT_S):
                began = time.monotonic()
                try:
                    well = client.get("/health/ready").status_code == 200
                except httpx.TransportError:
                    well = False
                self.beats.append((began, well))


def restarts(said: list[str]) -> tuple[dict[str, int], list[str]]:
    """How often each of the launcher's children was ended and started, and what does not pair."""
    ended: dict[str, int] = {}
    away: set[str] = set()
    wrong = []
    for line in said:
        if name := _named(line, _DATABASE_ENDED, _ENDED):
            ended[name] = ended.get(name, 0) + 1
            if name in away:
                wrong.append(f"{name} ended twice without a start between")
            away.add(name)
        elif name := _named(line, _DATABASE_AGAIN, _AGAIN):
            if name not in away:
                wrong.append(f"{name} is started again and had not ended")
            away.discard(name)
    return ended, [*wrong, *(f"{name} ended and was not started again" for name in sorted(away))]


def _named(line: str, of_the_database: str, of_a_child: re.Pattern[str]) -> str:
    """Of whom a line of the launcher says this; nobody's name where it says something else."""
    if line.startswith(of_the_database):
        return "database"
    found = of_a_child.match(line)
    return found[1] if found else ""
