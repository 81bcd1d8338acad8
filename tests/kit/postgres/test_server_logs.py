"""The log of the embedded server is bounded too, and what goes is said."""

import os
import re
from pathlib import Path

import psycopg
import pytest

from kit.log import count_lines
from kit.postgres import keeping, server_logs
from tests.waiting import until

FLOOD = "do $$ begin for i in 1..70000 loop raise log '%', repeat('x', 360); end loop; end $$"


def test_beyond_a_week_of_files_the_oldest_go_and_are_said(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    for n in range(10):
        file = tmp_path / "log" / f"postgresql-{9 - n}.log"
        file.write_text("line\n" * n)
        os.utime(file, (1000 + n, 1000 + n))
    said = server_logs.prune(tmp_path)
    assert said == [
        f"the database's log postgresql-{9 - n}.log had to go (lines: {n})" for n in range(3)
    ]
    left = sorted(file.name for file in (tmp_path / "log").iterdir())
    assert left == [f"postgresql-{n}.log" for n in range(7)]
    assert server_logs.prune(tmp_path) == []


@pytest.mark.long
def test_a_server_that_writes_much_at_once_is_bounded_while_it_runs(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than 75 MB of its own lines, where three files are kept."""
    monkeypatch.setattr(server_logs, "KEPT", 3)
    said: list[str] = []
    with keeping.kept(data_dir, said.append) as cluster:
        url = cluster.app_url.replace("+psycopg", "", 1)
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(3):
                connection.execute(FLOOD)
        folder = cluster.directory / "log"
        until(lambda: len(list(folder.iterdir())) <= 3, "the oldest to go", 30)
    files = list(folder.glob("postgresql-*.log"))
    gone = sum(int(re.findall(r"lines: (\d+)", line)[0]) for line in said)
    assert gone > 0
    assert gone + sum(map(count_lines, files)) >= 3 * 70_000, "every line is there or counted"
