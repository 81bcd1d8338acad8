"""The launcher with real processes: up together, replaced when dead, gone together."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres import clusters, locks
from kit.run import dev
from kit.run.children import Child, stop_all
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]


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

    def __init__(self, data_dir: Path, port: int, module: str = "kit.run.launch") -> None:
        self.data_dir, self.port = data_dir, port
        self.log = data_dir.parent / f"launch-{port}.log"
        wanted = {"PORT": str(port), "FARELEGAMI_DATA": str(data_dir), "FARELEGAMI_DEMO": "0"}
        dropped = {"DATABASE_URL", "DATABASE_OWNER_URL", "FARELEGAMI_TESTING", "ALLOWED_HOSTS"}
        environment = {key: value for key, value in os.environ.items() if key not in dropped}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=environment | wanted,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until_ready(self) -> None:
        until(
            lambda: "is ready" in self.said() or self.process.poll() is not None,
            "the launcher to be ready",
            90,
        )
        assert "is ready" in self.said(), self.said()

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def data_dir(passable: Path) -> Iterator[Path]:
    folder = passable / "data"
    yield folder
    if (folder / "pg" / "postmaster.pid").exists():
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
        until(lambda: "started again" in first.said(), "the replacement of the dead one")
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
    until(lambda: not any(living(pid) for pid in family), "the family's end")
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

    until(tended, "a second misfortune")
    assert "piece ended with code 3" in news[0]
    assert news[1] == "piece is started again"
    assert "last words" in piece.last_words()
    assert piece.tend() is None, "the second time it waits before it tries"
    stop_all([piece], 1)


def test_a_stubborn_child_and_its_own_children_are_ended(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(inner.pid, flush=True)\n"
        "while True: signal.pause()\n"
    )
    piece = child(tmp_path, code)
    piece.start()
    until(lambda: piece.last_words().strip().isdigit(), "the inner one's number")
    inner = int(piece.last_words())
    assert living(inner)
    stop_all([piece], 0.2)
    assert piece.process is not None
    assert piece.process.returncode == -signal.SIGKILL
    until(lambda: not living(inner), "the inner one's end")


def worked_on(root: Path) -> Path:
    """A tree with a house, a door, a template, a catalogue, a script, and what no process runs."""
    for name in (
        "worker.py",
        "house/__init__.py",
        "house/rules/money.py",
        "templates/house/page.html",
        "locale/en/LC_MESSAGES/house.po",
        "static/src/app.js",
        "tests/__init__.py",
        "docs/tour.md",
        "var/logs/web-1.log",
    ):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return root


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("worker.py", True),
        ("house/rules/money.py", True),
        ("house/rules/new.py", True),
        ("templates/house/page.html", True),
        ("locale/en/LC_MESSAGES/house.po", True),
        ("static/src/app.js", True),
        ("tests/__init__.py", False),
        ("docs/tour.md", False),
        ("var/logs/web-1.log", False),
    ],
)
def test_a_change_is_seen_where_a_process_runs_from_it(
    tmp_path: Path, name: str, seen: bool
) -> None:
    root = worked_on(tmp_path)
    before = dev.sources(root)
    assert dev.changed(before, dev.sources(root)) == []
    (root / name).write_text("new")
    os.utime(root / name, ns=(1, 1))
    assert dev.changed(before, dev.sources(root)) == ([Path(name)] if seen else [])
    (root / name).unlink()
    assert (Path(name) in dev.changed(before, dev.sources(root))) == (
        seen and name != "house/rules/new.py"
    )


def test_a_change_starts_children_anew_and_forgives_their_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", worked_on(tmp_path))
    sources, looks = dev.sources, list[Path]()
    monkeypatch.setattr(dev, "sources", lambda root: looks.append(root) or sources(root))
    piece = child(tmp_path, "import signal; print('up', flush=True); signal.pause()")
    piece.start()
    piece.failures = 2
    assert piece.process is not None
    first, stopping = piece.process.pid, threading.Event()
    following = threading.Thread(target=dev.follow, args=([piece], stopping))
    following.start()
    try:
        until(lambda: "up" in piece.last_words(), "the first word")
        looks.clear()
        until(lambda: len(looks) > 2, "a look that began and ended meanwhile")
        assert piece.process.pid == first, "the control: nothing changed, nothing starts anew"
        (tmp_path / "house" / "rules" / "money.py").write_text("changed")
        until(lambda: piece.process is not None and piece.process.pid != first, "a new start")
        until(lambda: piece.failures == 0, "forgiveness")
    finally:
        stopping.set()
        following.join()
        stop_all([piece], 1)


@pytest.mark.kill
def test_whoever_writes_code_sees_it_served_without_starting_anything(data_dir: Path) -> None:
    port = free_port()
    launched = Launched(data_dir, port, "kit.run.dev")
    try:
        launched.until_ready()
        before = set(children_of(launched.process.pid).items())
        assert len([words for _, words in before if "uvicorn" in words]) == 1
        os.utime(ROOT / "worker.py")
        until(lambda: "worker.py changed" in launched.said(), "the change to be seen")
        until(
            lambda: not before & set(children_of(launched.process.pid).items()),
            "the old children's end",
        )
        assert answers_in_the_end(port), "who asks meanwhile waits for the new process"
        assert len(children_of(launched.process.pid)) == len(before), "both are new"
        assert launched.stop() == 0
    finally:
        launched.stop()


def answers_in_the_end(port: int) -> bool:
    """One request, sent while the process may be starting; the open port holds it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    finally:
        connection.close()
