"""What a child says is kept: in bounded space, whole, or counted where it is not."""

import contextlib
import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from kit.run import logs
from kit.run.children import stop_all
from kit.run.logs import Log
from tests.kit.run.launched import child
from tests.waiting import until

# 300,000 lines of 101 bytes, as fast as they can be written, and then the end.
FLOOD = """
import os
for start in range(0, 300_000, 500):
    os.write(1, b"".join(b"%06d %s\\n" % (n, b"x" * 93) for n in range(start, start + 500)))
"""


def files(folder: Path, name: str = "piece") -> tuple[Path, Path]:
    return folder / f"{name}.old.log", folder / f"{name}.log"


def dropped(lines: list[str]) -> int:
    """How many went in all, by the last word of the log about it."""
    told = [json.loads(line) for line in lines if "log_lines_dropped" in line]
    return told[-1]["lines"]


def test_thirty_megabytes_in_one_go_are_kept_within_the_bound_and_every_line_is_accounted_for(
    tmp_path: Path,
) -> None:
    """Nobody tends it meanwhile: the bound does not wait for a look."""
    piece = child(tmp_path, FLOOD)
    piece.start()
    assert piece.process is not None
    until(lambda: piece.process is None or piece.process.poll() is not None, "the flood's end", 60)
    stop_all([piece], 5)
    old, new = files(tmp_path)
    assert old.stat().st_size <= logs.LARGEST and new.stat().st_size <= logs.LARGEST
    lines = (old.read_text() + new.read_text()).splitlines()
    said = [line for line in lines if not line.startswith("{")]
    numbers = [int(line[:6]) for line in said]
    assert all(len(line) == 100 for line in said)
    assert numbers == list(range(numbers[0], 300_000)), "no line is lost between the two files"
    assert numbers[0] > 0
    assert dropped(lines) == numbers[0], "what went is counted, once"


def test_what_was_there_at_the_start_is_counted_when_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 1000)
    old, new = files(tmp_path)
    old.write_text("older\n" * 7)
    new.write_text("old\n" * 240)
    Log(new).write(b"new\n" * 30)
    assert old.read_text() == "old\n" * 240 + "new\n" * 10
    first, *rest = new.read_text().splitlines()
    assert dropped([first]) == 7 and rest == ["new"] * 20


def test_a_line_that_never_ends_is_bounded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 1000)
    monkeypatch.setattr(logs, "LONGEST_LINE", 500)
    old, new = files(tmp_path)
    log = Log(new)
    for _ in range(100):
        log.write(b"x" * 99)
    assert old.stat().st_size <= 1500 and new.stat().st_size <= 1500
    log.write(b"!\n")
    assert dropped(new.read_text().splitlines()) > 0, "parts of a line count"
    log.write(b"y\n" + b"z" * 3000 + b"\nend\n")
    assert new.read_text().endswith("\nend\n")
    assert old.stat().st_size <= 1700 and new.stat().st_size <= 1700, "with the word about it"


@contextlib.contextmanager
def full_at(size: int) -> Any:
    """No file of this process grows beyond a size: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_a_full_disk_does_not_take_is_counted_when_it_takes_again(tmp_path: Path) -> None:
    _, new = files(tmp_path)
    log = Log(new)
    with full_at(100):
        for n in range(30):
            log.write(b"%09d\n" % n)
    assert new.stat().st_size == 100
    log.write(b"again\n")
    *kept, told, last = new.read_text().splitlines()
    assert len(kept) == 10 and last == "again"
    assert dropped([told]) == 20


def test_a_log_in_a_folder_that_takes_no_new_name_is_emptied_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 1000)
    old, new = files(tmp_path)
    old.mkdir()  # a name that cannot be taken
    log = Log(new)
    for n in range(200):
        log.write(b"%09d\n" % n)
    lines = new.read_text().splitlines()
    assert new.stat().st_size <= 1000
    assert lines[-1] == "000000199"
    assert dropped(lines) == 200 - (len(lines) - 1)


def test_the_last_words_go_back_into_the_file_before(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(logs, "LARGEST", 100)
    old, new = files(tmp_path)
    log = Log(new)
    log.write(b"".join(b"%09d\n" % n for n in range(12)))
    assert old.exists()
    assert log.last_lines(4).split() == [f"{n:09d}" for n in range(8, 12)]


def test_a_child_started_again_goes_on_in_the_same_log(tmp_path: Path) -> None:
    piece = child(tmp_path, "import os; print('from', os.getpid(), flush=True)")
    piece.start()
    until(lambda: bool(piece.tend()) and piece.process is not None, "the second start", 30)
    assert piece.process is not None
    piece.process.wait(30)
    stop_all([piece], 5)
    said = files(tmp_path)[1].read_text().splitlines()
    assert len(said) == 2 and len(set(said)) == 2
    assert os.getpid() not in [int(line.split()[1]) for line in said]
