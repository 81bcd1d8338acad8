"""The embedded server is kept up while its launcher runs, and goes with it."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from kit.postgres import keeping, locks
from kit.postgres.clusters import Cluster
from tests.waiting import until


def answer(cluster: Cluster) -> object:
    with psycopg.connect(cluster.app_url.replace("+psycopg", "", 1)) as connection:
        return connection.execute("select 1").fetchone()


def postmaster(cluster: Cluster) -> int:
    return int((cluster.directory / "postmaster.pid").read_text().split("\n", 1)[0])


def killed(cluster: Cluster) -> int:
    number = postmaster(cluster)
    os.kill(number, signal.SIGKILL)
    return number


@pytest.mark.kill
def test_a_killed_server_is_started_again_and_ends_with_who_kept_it(data_dir: Path) -> None:
    said: list[str] = []
    with keeping.kept(data_dir, said.append) as cluster:
        assert cluster.created and cluster.is_running()
        number = killed(cluster)
        until(lambda: len(said) == 2, "the server's new start", 60)
        assert said == ["the database has ended", "the database is started again"]
        assert answer(cluster) == (1,) and postmaster(cluster) != number
    assert not cluster.is_running() and locks.at_work(cluster.directory) == set()
    assert len(said) == 2, "its wanted end is no news"


@pytest.mark.kill
def test_one_that_does_not_start_is_tried_again_and_the_reason_is_told(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LONGEST_PAUSE_S", 0.1)
    said: list[str] = []
    with keeping.kept(data_dir, said.append) as cluster:
        control = cluster.directory / "global" / "pg_control"
        control.rename(control.with_name("lost"))
        killed(cluster)
        until(lambda: len(said) > 2, "the second try", 60)
        assert "does not start" in said[1] and "pg_control" in said[1]
        control.with_name("lost").rename(control)
        until(lambda: said[-1].endswith("started again"), "the server's new start", 60)
        assert answer(cluster) == (1,)


def test_a_number_that_belongs_to_another_process_is_no_running_server(data_dir: Path) -> None:
    with keeping.kept(data_dir, print) as cluster:
        assert cluster.is_running()
    (cluster.directory / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert not cluster.is_running()
