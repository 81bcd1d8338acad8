"""The crowd and the long day run by themselves, and say what they found in a document."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def _told(folder: Path, what: str, *words: str) -> dict[str, str]:
    """The table of a run, by what it is about."""
    docs = folder / "reliability.md"
    docs.write_text(
        f"before\n<!-- {what}:begin -->\nTHE TABLE BEFORE\n<!-- {what}:end -->\nafter\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "bench", what, *words, "--docs", str(docs)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    found = docs.read_text()
    assert "THE TABLE BEFORE" not in found, ended.stderr[-3000:]
    assert found.startswith("before\n") and found.endswith("-->\nafter\n")
    rows = [line.strip("| ").split(" | ") for line in found.splitlines() if line.startswith("| ")]
    return {name: seen for name, seen in rows[2:]}


def test_nothing_acknowledged_to_a_crowd_is_lost(tmp_path):
    # No more than can be served: other tests run beside this one.
    much = ("--times", "0.5", "--seconds", "2", "--sends", "6", "--prepared", "15")
    told = _told(tmp_path, "crowd", *much)
    assert told["changes acknowledged and not stored"] == "0"
    assert told["sendings acknowledged and not stored"] == "0"
    assert re.fullmatch(r"\d+ 409", told["sendings late: answers"])
    assert "served" in told["sendings in time: answers"]
    assert "served" in told["pages: asked, answers, time"]


def test_a_long_day_is_told_act_by_act(tmp_path):
    told = _told(tmp_path, "memory", "--share", "0.02")
    assert len(told) == 4
    assert all(seen.endswith(" MB") for seen in told.values())
