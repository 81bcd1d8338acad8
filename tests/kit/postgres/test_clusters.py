"""The embedded PostgreSQL: two roles, no network, and it survives what happens to it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kit.postgres import clusters
from kit.postgres.clusters import Cluster
from kit.postgres.programs import NoDatabase
from tests.kit.postgres.asked import connect, value
from tests.waiting import until


def postmaster(cluster: Cluster) -> int:
    return int((cluster.directory / "postmaster.pid").read_text().split("\n", 1)[0])


def alive(pid: int) -> bool:
    stat = Path("/proc", str(pid), "stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with clusters.start_temporary() as started:
        yield started


def test_the_server_is_set_as_the_house_asks(cluster: Cluster) -> None:
    found = {
        name: value(cluster.app_url, f"SHOW {name}")
        for name in ("jit", "TimeZone", "listen_addresses", "server_encoding")
    }
    assert found == {
        "jit": "off",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }


def test_the_servers_own_log_has_no_row_that_it_refused(cluster: Cluster) -> None:
    with connect(cluster.owner_url) as connection:
        connection.execute("CREATE TABLE noted (email text PRIMARY KEY)")
        connection.execute("INSERT INTO noted VALUES (%s)", ["segreta@esempio.it"])
        with pytest.raises(psycopg.errors.UniqueViolation, match="segreta"):
            connection.execute("INSERT INTO noted VALUES (%s)", ["segreta@esempio.it"])

    def written() -> str:
        logs = (cluster.directory / "log").glob("*.log")
        return "".join(path.read_text() for path in logs)

    until(lambda: "duplicate key" in written(), "the refusal in the server's log")
    assert "segreta" not in written()


def test_italian_letters_change_case(cluster: Cluster) -> None:
    assert value(cluster.app_url, "SELECT upper('così è')") == "COSÌ È"


def test_only_its_own_user_reaches_the_socket(cluster: Cluster) -> None:
    assert cluster.sockets.stat().st_mode & 0o077 == 0


def test_a_second_start_attaches_and_a_third_finds_the_data(data_dir: Path) -> None:
    first = clusters.start(data_dir)
    assert (first.created, first.attached) == (True, False)
    with connect(first.owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
    second = clusters.start(data_dir)
    assert (second.created, second.attached) == (False, True)
    second.stop()
    second.stop()
    third = clusters.start(data_dir)
    assert (third.created, third.attached) == (False, False)
    assert value(third.owner_url, "SELECT n FROM kept") == 7
    assert value(third.owner_url, "SHOW fsync") == "on"


def test_the_addresses_are_known_before_the_start(data_dir: Path) -> None:
    known = clusters.urls(data_dir)
    with clusters.running(data_dir) as cluster:
        assert (cluster.owner_url, cluster.app_url) == (known.owner_url, known.app_url)
        pid = postmaster(cluster)
    assert not alive(pid)


@pytest.mark.kill
def test_a_killed_server_starts_again_with_its_data(data_dir: Path) -> None:
    cluster = clusters.start(data_dir)
    with connect(cluster.owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
    pid = postmaster(cluster)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid), "the killed server's end")
    again = clusters.start(data_dir)
    assert not again.attached
    assert value(again.owner_url, "SELECT n FROM kept") == 7


def test_a_half_made_cluster_is_thrown_away(data_dir: Path) -> None:
    draft = data_dir / "pg.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    assert clusters.start(data_dir).created
    assert not draft.exists()


def test_a_very_long_folder_gets_a_private_socket_elsewhere(data_dir: Path) -> None:
    folder = data_dir / ("lungo" * 20)
    with clusters.running(folder) as cluster:
        assert value(cluster.app_url, "SELECT 1") == 1
        assert cluster.sockets != cluster.directory
        assert cluster.sockets.stat().st_mode & 0o077 == 0
    cluster.sockets.rmdir()


def test_a_folder_of_another_version_asks_for_that_version(data_dir: Path) -> None:
    (data_dir / "pg").mkdir()
    (data_dir / "pg" / "PG_VERSION").write_text("12\n")
    with pytest.raises(NoDatabase, match="PostgreSQL 12 is not installed"):
        clusters.start(data_dir)
    (data_dir / "pg" / "PG_VERSION").unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for the server")
def test_root_is_told_when_the_servers_user_cannot_enter(data_dir: Path) -> None:
    private = data_dir / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(NoDatabase, match="cannot enter"):
        clusters.start(private / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for the server")
def test_a_data_folder_made_in_private_is_opened_just_enough(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    with clusters.running(data_dir) as cluster:
        assert value(cluster.app_url, "SELECT 1") == 1
    assert data_dir.stat().st_mode & 0o777 == 0o711


LEAVE_BEHIND = """
import os, signal
from kit.postgres import clusters
with clusters.start_temporary() as cluster:
    print(cluster.directory, (cluster.directory / "postmaster.pid").read_text().split()[0])
    os.sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_another_run_that_starts_at_the_same_moment_sweeps_nothing_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = tempfile.mkdtemp

    def and_the_other_sweeps(**words: str) -> str:
        folder = made(**words)
        clusters._sweep(Path(folder).parent)
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", and_the_other_sweeps)
    with clusters.start_temporary() as cluster:
        assert value(cluster.app_url, "SELECT 1") == 1


@pytest.mark.kill
def test_what_a_killed_run_left_behind_is_removed_by_the_next() -> None:
    killed = subprocess.run(
        [sys.executable, "-c", LEAVE_BEHIND], capture_output=True, text=True, check=False
    )
    directory, pid = killed.stdout.split()
    assert alive(int(pid)), "the control: it is left behind at first"
    with clusters.start_temporary():
        assert not Path(directory).exists()
    until(lambda: not alive(int(pid)), "the end of what was left behind", 5)
