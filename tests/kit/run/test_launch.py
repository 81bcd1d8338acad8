"""The launcher with real processes: up together, replaced when dead, gone together."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.postgres import locks
from tests.kit.run.launched import Launched, answers, children_of, living
from tests.served import ROOT, free_port
from tests.waiting import until


def cpu_seconds_of_ended() -> float:
    """What all ended descendants have worked so far, waiting not counted."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.kill
def test_it_starts_heals_stops_and_starts_again(data_dir: Path) -> None:
    port = free_port()
    first = Launched(data_dir, port)
    try:
        first.until_ready()
        assert answers(port)

        webs = [
            pid for pid, said in children_of(first.process.pid).items() if "kit.run.serve" in said
        ]
        assert len(webs) == 2
        os.kill(webs[0], signal.SIGKILL)
        until(lambda: "started again" in first.said(), "the replacement of the dead one")
        assert "by signal SIGKILL" in first.said()
        assert all(answers(port) for _ in range(10)), "the other one serves meanwhile"

        server = (data_dir / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]
        os.kill(int(server), signal.SIGKILL)
        until(lambda: "database is started again" in first.said(), "the database to be back", 60)
        until(lambda: answers(port), "the web to find it")

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


def test_what_is_for_tests_alone_is_never_launched(data_dir: Path) -> None:
    environment = os.environ | {"FARELEGAMI_DATA": str(data_dir), "FARELEGAMI_TESTING": "1"}
    words = [sys.executable, "-m", "kit.run.launch"]
    ended = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert ended.returncode == 1 and b"FARELEGAMI_TESTING is on" in ended.stderr
    assert not (data_dir / "pg").exists()
