"""A process that has stopped serving ends itself; one whose database is away stays."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from kit.postgres import clusters
from kit.run import watchdog
from tests.kit.run.launched import answers
from tests.served import BOUND, Running, free_port, share_templates
from tests.waiting import until


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop of an application, at work in a thread of its own."""
    found = asyncio.new_event_loop()
    running = threading.Thread(target=found.run_forever)
    running.start()
    yield found
    found.call_soon_threadsafe(found.stop)
    running.join()
    found.run_until_complete(found.shutdown_default_executor())
    found.close()


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(watchdog, "RED_FOR_S", 0.1)
    # On a busy machine a thread that serves may come late: only silence is told by the time.
    monkeypatch.setattr(watchdog, "ANSWER_WITHIN_S", 30)


class Looks:
    """Looks that succeed or fail as they are told, and count how often they were asked."""

    def __init__(self, *, serves: bool, database: bool) -> None:
        self.can = {"serves": serves, "database": database}
        self.asked = {"serves": 0, "database": 0}
        self.ended = threading.Event()

    def look(self, name: str) -> None:
        self.asked[name] += 1
        if not self.can[name]:
            raise TimeoutError

    def until_asked_more(self, name: str) -> None:
        """Wait until more looks were taken than fit into the patience of a red process."""
        enough = self.asked[name] + 40
        until(lambda: self.asked[name] >= enough or self.ended.is_set(), "more looks")

    def watched(self, loop: asyncio.AbstractEventLoop):
        return watchdog.on_duty(
            loop, lambda: self.look("serves"), lambda: self.look("database"), self.ended.set
        )


def test_a_process_that_serves_stays(loop: asyncio.AbstractEventLoop) -> None:
    looks = Looks(serves=True, database=True)
    with looks.watched(loop):
        looks.until_asked_more("serves")
    assert not looks.ended.is_set() and looks.asked["database"] == 0


def test_one_that_serves_nobody_while_the_database_answers_ends(
    loop: asyncio.AbstractEventLoop,
) -> None:
    looks = Looks(serves=False, database=True)
    with looks.watched(loop):
        assert looks.ended.wait(30)
    assert looks.asked["serves"] > 1, "one red look is not enough"


def test_one_whose_database_is_away_stays_and_is_watched_again_when_it_is_back(
    loop: asyncio.AbstractEventLoop,
) -> None:
    looks = Looks(serves=False, database=False)
    with looks.watched(loop):
        looks.until_asked_more("database")
        assert not looks.ended.is_set()
        looks.can["database"] = True
        assert looks.ended.wait(30)


def test_a_green_look_forgets_the_red_ones(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "RED_FOR_S", 3600)
    looks = Looks(serves=False, database=True)
    with looks.watched(loop):
        until(lambda: looks.asked["database"] > 3, "some red looks")
        looks.can["serves"] = True
        looks.until_asked_more("serves")
        monkeypatch.setattr(watchdog, "RED_FOR_S", 0)
        looks.until_asked_more("serves")
    assert not looks.ended.is_set()


def test_a_loop_that_stands_still_serves_nobody(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "ANSWER_WITHIN_S", 0.05)
    looks = Looks(serves=True, database=True)
    freed = threading.Event()
    loop.call_soon_threadsafe(freed.wait)
    try:
        with looks.watched(loop):
            assert looks.ended.wait(30)
    finally:
        freed.set()


def test_whoever_leaves_in_time_is_not_ended(loop: asyncio.AbstractEventLoop) -> None:
    looks = Looks(serves=False, database=True)
    watch = threading.enumerate
    with looks.watched(loop):
        pass
    until(lambda: not any(each.name == "watchdog" for each in watch()), "the watchdog's end")
    assert not looks.ended.is_set()


@pytest.mark.kill
def test_a_real_process_whose_whole_pool_is_lost_ends_by_itself(data_dir: Path) -> None:
    port = free_port()
    dropped = ("DATABASE_URL", "DATABASE_OWNER_URL", "FARELEGAMI_TESTING", "ALLOWED_HOSTS")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {"FARELEGAMI_DATA": str(data_dir), "FARELEGAMI_POOL_SIZE": "2"}
    command = [sys.executable, "-m", "uvicorn", "tests.kit.run.stuck:create_app", "--factory"]
    command += ["--port", str(port), "--timeout-graceful-shutdown", "1"]
    share_templates(data_dir)
    with clusters.running(data_dir):
        web = Running(command, environment, data_dir / "web.log")
        try:
            web.until_said(lambda lines: any(BOUND in line for line in lines), 60)
            assert answers(port)
            assert httpx.get(f"http://127.0.0.1:{port}/take-all", timeout=20).status_code == 200
            assert web.process.wait(60) is not None
        finally:
            with suppress(ProcessLookupError):
                web.end(signal.SIGKILL)
    assert '"event": "not_serving"' in (data_dir / "web.log").read_text()
