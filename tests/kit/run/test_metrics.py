"""The meters of several real processes, added up on a port of their own."""

import concurrent.futures
import os
import re
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kit import db, jobs, mail
from kit.run import launch, metrics
from kit.run.children import stop_all
from kit.run.runners import THREADS
from kit.settings import UnsafeSettings, from_environment
from tests.served import free_port, share_templates
from tests.waiting import until

COUNT = 120
LABELS = {"method", "route", "status", "task", "outcome", "queue", "le"}
LINE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*(?:\{\w+\}[^}]*)*)\})? (?P<value>\S+)$")


def settled(committed, data, monkeypatch, **more):
    """Settings of a house of its own, in the environment too, where its children read them."""
    port = free_port()
    given = {
        "DATABASE_URL": committed.app_url,
        "FARELEGAMI_DATA": str(data),
        "FARELEGAMI_DEMO": "0",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "FARELEGAMI_METRICS_PORT": str(free_port()),
        **more,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return from_environment(os.environ)


@pytest.fixture
def settle(committed, tmp_path, monkeypatch):
    def _settle(**more):
        return settled(committed, tmp_path, monkeypatch, **more)

    return _settle


@pytest.fixture(scope="module")
def running(committed, tmp_path_factory):
    """Two web processes and a worker, as the launcher starts them, with their meters shown."""
    data = tmp_path_factory.mktemp("metered")
    share_templates(data)
    with pytest.MonkeyPatch.context() as environment:
        current = settled(committed, data, environment)
        left = metrics.folder(current) / "counter_1.db"
        left.parent.mkdir(mode=0o700)
        left.write_bytes(b"of the last run")
        with metered(current, left) as found:
            yield found
    assert not left.parent.exists()


@contextmanager
def metered(current, left):
    with launch._listen(current.port) as listener:
        children = launch._children(current, listener)
        assert not left.exists()
        for child in children:
            child.start()
        try:
            with metrics.shown(current, children):
                assert launch._await_ready(current, children, threading.Event())
                yield current, children
        finally:
            stop_all(children, 15)


def read(current) -> dict[tuple[str, str], float]:
    text = httpx.get(f"http://127.0.0.1:{current.metrics_port}/metrics").text
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            seen = LINE.match(line)
            assert seen is not None, line
            found[seen["name"], seen["labels"] or ""] = float(seen["value"])
    return found


@pytest.mark.kill
@pytest.mark.skipif(sys.platform != "linux", reason="reads processes")
def test_what_two_processes_count_is_added_up(running, committed):
    current, children = running
    web = f"http://127.0.0.1:{current.port}"

    def ask(n: int) -> int:
        return httpx.get(f"{web}/group-orders/{4711 + n}/booking").status_code

    with concurrent.futures.ThreadPoolExecutor(16) as crowd:
        assert set(crowd.map(ask, range(COUNT))) == {303}
    asked = 'method="GET",route="/group-orders/{group_order_id}/booking"'
    found = read(current)
    assert found["farelegami_requests_total", f'{asked},status="303"'] == COUNT
    assert found["farelegami_request_seconds_count", asked] == COUNT
    assert found["farelegami_pool_size", ""] == 2 * current.pool_size + THREADS
    # The worker's timers borrow a connection for a moment, now and then.
    until(lambda: read(current)["farelegami_pool_in_use", ""] == 0, "the pool to be whole", 30)
    files = list(metrics.folder(current).glob("counter_*.db"))
    by_process = {file.stem.rsplit("_", 1)[1] for file in files}
    assert {str(child.process.pid) for child in children[:2]} <= by_process

    # One that was killed takes along what it held; what it counted stays.
    os.kill(children[0].process.pid, signal.SIGKILL)
    children[0].process.wait()
    children[0].process = None
    found = read(current)
    assert found["farelegami_requests_total", f'{asked},status="303"'] == COUNT
    assert found["farelegami_pool_size", ""] == current.pool_size + THREADS

    # Nothing of this is public, and no label tells an address, an id or a person.
    assert httpx.get(f"{web}/metrics").status_code == 404
    for _, labels in found:
        for name, value in re.findall(r'(\w+)="([^"]*)"', labels):
            assert name in LABELS, labels
            if name not in {"status", "le"}:
                assert not re.search(r"\d", value), labels


@pytest.mark.kill
def test_jobs_are_counted_by_how_they_end(running, committed):
    current, _ = running
    db.configure(committed.engine)
    with db.transaction() as session:
        mail.queue(
            session,
            kind="market.order_sheet",
            to="a@esempio.it",
            subject="Ciao",
            text="Ciao.",
            key="ciao",
        )
        jobs.enqueue(session, "kit.send_mail", nothing="like this")
    done, failed = (
        ("farelegami_jobs_total", f'outcome="{outcome}",task="kit.send_mail"')
        for outcome in ("done", "failed")
    )
    until(
        lambda: read(current).get(done, 0) == 1 and read(current).get(failed, 0) >= 1,
        "both jobs to end",
        30,
    )
    waiting = ("farelegami_jobs_waiting", 'queue="mail"')  # the one that is to be tried again
    until(lambda: read(current).get(waiting) == 1, "the queue to be counted", 30)


def test_without_a_port_nothing_is_counted_nor_shown(settle, tmp_path):
    current = settle(FARELEGAMI_METRICS_PORT="")
    assert current.metrics_port is None and metrics.prepare(current) == {}
    with metrics.shown(current, []) as on:
        assert on is False
    assert not (tmp_path / "metrics").exists()


def test_a_port_that_is_taken_is_said_in_words(settle):
    current = settle()
    metrics.prepare(current)
    with (
        launch._listen(current.metrics_port),
        pytest.raises(UnsafeSettings, match="is taken"),
        metrics.shown(current, []),
    ):
        pass


def test_no_meter_lies_on_a_disk_that_may_be_full(settle, tmp_path):
    """A process that writes to what is mapped there, and has no room, is ended by the system."""
    found = metrics.folder(settle())
    if Path("/dev/shm").is_dir():
        assert found.parent == Path("/dev/shm")
    else:
        assert found == tmp_path / "metrics"


def test_a_folder_of_somebody_else_is_refused(settle, tmp_path):
    current = settle()
    found = metrics.folder(current)
    found.symlink_to(tmp_path)
    try:
        with pytest.raises(UnsafeSettings, match="somebody else"):
            metrics.prepare(current)
    finally:
        found.unlink()
