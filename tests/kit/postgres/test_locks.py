"""After a kill: the last processes are waited for, their locks go, and nobody else's."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres import clusters, locks
from kit.postgres.databases import PORT
from kit.postgres.programs import NoDatabase

Process = subprocess.Popen[bytes]
pytestmark = pytest.mark.skipif(not locks.PROCESSES.exists(), reason="reads processes")


@pytest.fixture
def left(tmp_path: Path) -> list[Path]:
    """What a killed server leaves: its two locks, in a folder of their own."""
    found = [tmp_path / "postmaster.pid", tmp_path / f".s.PGSQL.{PORT}.lock"]
    for lock in found:
        lock.write_text(f"{os.getpid()}\n")
    return found


@pytest.fixture
def last_one(tmp_path: Path) -> Iterator[Process]:
    """A process at work in the folder, until its input ends."""
    words = [sys.executable, "-c", "print(flush=True); input()"]
    process = subprocess.Popen(
        words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_only_the_living_of_a_folder_are_at_work_in_it(tmp_path: Path, last_one: Process) -> None:
    (tmp_path / "inside").mkdir()
    assert locks.at_work(tmp_path) == {str(last_one.pid)}
    assert locks.at_work(tmp_path / "inside") == set()
    assert locks.at_work(tmp_path.parent) == set()
    last_one.kill()
    last_one.wait()
    assert locks.at_work(tmp_path) == set()


def test_the_locks_of_nobody_go_also_from_a_folder_of_sockets_elsewhere(
    tmp_path: Path, left: list[Path]
) -> None:
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    elsewhere = left[1].rename(sockets / left[1].name)
    (tmp_path / "PG_VERSION").write_text("18")
    locks.clear(tmp_path, sockets)
    assert not left[0].exists() and not elsewhere.exists()
    assert (tmp_path / "PG_VERSION").exists()
    locks.clear(tmp_path, sockets)


def test_the_last_process_is_waited_for(
    tmp_path: Path,
    left: list[Path],
    last_one: Process,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked, look = threading.Event(), locks.at_work
    monkeypatch.setattr(locks, "at_work", lambda folder: (look(folder), looked.set())[0])
    clearing = threading.Thread(target=locks.clear, args=(tmp_path, tmp_path))
    clearing.start()
    assert looked.wait(30) and all(lock.exists() for lock in left)
    last_one.kill()
    last_one.wait()
    clearing.join(30)
    assert not clearing.is_alive() and not any(lock.exists() for lock in left)


def test_a_process_that_stays_is_named_and_keeps_its_locks(
    tmp_path: Path,
    left: list[Path],
    last_one: Process,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locks, "_LAST_ONES_GO_WITHIN_S", 0.0)
    with pytest.raises(NoDatabase, match=f"stay in .*{last_one.pid}"):
        locks.clear(tmp_path, tmp_path)
    assert all(lock.exists() for lock in left)


def test_a_lock_whose_number_now_belongs_to_another_process_is_cleared(data_dir: Path) -> None:
    cluster = clusters.start(data_dir)
    lock = cluster.directory / "postmaster.pid"
    lines = lock.read_text().split("\n")
    cluster.stop()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert not clusters.start(data_dir).attached
