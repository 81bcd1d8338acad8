"""The launcher with real processes: up together, replaced when dead, gone together."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.postgres import clusters, locks
from kit.run.children import Child, stop_all

ROOT = Path(__file__).resolve().parents[3]


def until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> dict[int, str]:
    """Living children of a process and their command lines (Linux)."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found[int(stat.parent.name)] = command
    return found


def living(pid: int) -> bool:
    """Whether a process is at work; one that ended and waits to be collected is not."""
    try:
        stat = Path("/proc", str(pid), "stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def cpu_seconds_of_ended() -> float:
    """What all ended descendants have worked so far, waiting not counted."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Launched:
    """A launcher of its own on a free port, with a data folder of its own."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir, self.port = data_dir, port
        self.log = data_dir.parent / f"launch-{port}.log"
        wanted = {"PORT": str(port), "FARELEGAMI_DATA": str(data_dir), "FARELEGAMI_DEMO": "0"}
        dropped = {"DATABASE_URL", "DATABASE_OWNER_URL", "FARELEGAMI_TESTING", "ALLOWED_HOSTS"}
        environment = {key: value for key, value in os.environ.items() if key not in dropped}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kit.run.launch"],
                cwd=ROOT,
                env=environment | wanted,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until_ready(self) -> None:
        until(lambda: "is ready" in self.said() or self.process.poll() is not None, 90)
        assert "is ready" in self.said(), self.said()

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with clusters.start_temporary() as lender:
        folder = lender.directory.parent / "data"
        yield folder
        if (folder / "pg").exists():
            clusters.start(folder).stop()


@pytest.mark.kill
def test_it_starts_heals_stops_and_starts_again(data_dir: Path) -> None:
    port = free_port()
    first = Launched(data_dir, port)
    try:
        first.until_ready()
        assert answers(port)

        webs = [pid for pid, said in children_of(first.process.pid).items() if "uvicorn" in said]
        assert len(webs) == 2
        os.kill(webs[0], signal.SIGKILL)
        until(lambda: "started again" in first.said())
        assert "by signal SIGKILL" in first.said()
        assert all(answers(port) for _ in range(10)), "the other one serves meanwhile"

        second = Launched(data_dir, free_port())
        assert second.process.wait(60) == 1
        assert "already runs from" in second.said()

        beside = Launched(data_dir.with_name("beside"), port)
        assert beside.process.wait(60) == 1
        assert f"port {port} is taken" in beside.said()

        family = list(children_of(first.process.pid))
        assert first.stop() == 0
    finally:
        first.stop()
    assert "database stopped" in first.said()
    assert [pid for pid in family if living(pid)] == []
    assert locks.at_work(data_dir / "pg") == set()
    assert not answers(port)

    spent = cpu_seconds_of_ended()
    again = Launched(data_dir, port)
    try:
        again.until_ready()
        assert answers(port)
    finally:
        assert again.stop(signal.SIGINT) == 0
    # Under 10 s on an idle machine of two cores, whatever else runs on this one now.
    assert cpu_seconds_of_ended() - spent < 20


@pytest.mark.kill
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system's own promise")
def test_a_killed_launcher_takes_its_children_with_it_and_the_next_one_goes_on(
    data_dir: Path,
) -> None:
    port = free_port()
    first = Launched(data_dir, port)
    first.until_ready()
    family = list(children_of(first.process.pid))
    first.stop(signal.SIGKILL)
    assert family
    until(lambda: not any(living(pid) for pid in family))
    assert locks.at_work(data_dir / "pg"), "the control: the database outlives it"
    second = Launched(data_dir, port)
    try:
        second.until_ready()
        assert answers(port)
    finally:
        assert second.stop() == 0
    assert locks.at_work(data_dir / "pg") == set()


def child(tmp_path: Path, code: str) -> Child:
    command = [sys.executable, "-c", code]
    return Child("piece", command, tmp_path / "piece.log", os.environ, tmp_path)


def test_a_child_that_dies_is_told_and_started_again_with_growing_pauses(tmp_path: Path) -> None:
    piece = child(tmp_path, "print('last words', flush=True); raise SystemExit(3)")
    piece.start()
    news: list[str] = []

    def tended() -> bool:
        if said := piece.tend():
            news.append(said)
        return piece.failures >= 2

    until(tended)
    assert "piece ended with code 3" in news[0]
    assert news[1] == "piece is started again"
    assert "last words" in piece.last_words()
    assert piece.tend() is None, "the second time it waits before it tries"
    stop_all([piece], 1)


def test_a_stubborn_child_and_its_own_children_are_ended(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(inner.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    piece = child(tmp_path, code)
    piece.start()
    until(lambda: piece.last_words().strip().isdigit())
    inner = int(piece.last_words())
    assert living(inner)
    stop_all([piece], 0.2)
    assert piece.process is not None
    assert piece.process.returncode == -signal.SIGKILL
    until(lambda: not living(inner))
