"""The benchmark runs by itself, leaves clean data, and says what it found in both forms."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import report
from bench.report import Row

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
KEYS = [
    "target",
    "name",
    "size",
    "concurrency",
    "p50_ms",
    "p95_ms",
    "rps",
    "cpu_ms",
    "sql",
    "memory_mb",
    "value",
    "unit",
    "limit_value",
]
NOT_BUILT = {"T6", "T10", "T11"}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """What a run of the smallest size wrote, each measurement a fraction of a second."""
    folder = tmp_path_factory.mktemp("bench")
    docs, results = folder / "performance.md", folder / "latest.jsonl"
    docs.write_text(f"before\n{report.BEGIN}\n{report.END}\nafter\n")
    words = ["--size", "S", "--seconds", "0.2"]
    ended = subprocess.run(
        [sys.executable, "-m", "bench", *words, "--results", str(results), "--docs", str(docs)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found = [json.loads(line) for line in results.read_text().splitlines()]
    return found, docs.read_text()


def test_every_row_has_the_agreed_keys(rows):
    assert all(list(row) == KEYS for row in rows[0])


def test_every_built_target_has_a_row_and_the_others_are_absent(rows):
    named = {row["target"] for row in rows[0]} - {None}
    assert named == {f"T{n}" for n in range(1, 14)} - NOT_BUILT


def test_a_limited_product_was_not_oversold_while_it_was_measured(rows):
    race = next(row for row in rows[0] if row["target"] == "T3")
    assert (race["value"], race["unit"]) == (0, "oversold")


def test_the_booking_page_is_held_against_the_plain_answer_of_the_same_run(rows):
    plain = next(r for r in rows[0] if r["name"].startswith("plain") and r["concurrency"] == 16)
    page = next(r for r in rows[0] if r["target"] == "T1" and r["concurrency"] == 16)
    assert page["limit_value"] == plain["value"] > 0


def test_the_table_stands_between_its_markers(rows):
    _, text = rows
    assert text.startswith("before\n" + report.BEGIN)
    assert text.endswith(report.END + "\nafter\n")
    assert "### Size S" in text and "| T1" in text


def test_a_run_replaces_the_rows_of_its_size_and_keeps_the_others(tmp_path):
    path = tmp_path / "latest.jsonl"
    report.write(path, "L", [Row("T1", "page", "L", value=1.0)])
    report.write(path, "S", [Row("T1", "page", "S", value=2.0)])
    report.write(path, "L", [Row("T1", "page", "L", value=3.0)])
    assert [(row.size, row.value) for row in report.read(path)] == [("S", 2.0), ("L", 3.0)]


def test_the_table_of_another_size_is_kept_in_the_document(tmp_path):
    path = tmp_path / "performance.md"
    path.write_text(f"{report.BEGIN}\n{report.END}\n")
    report.insert(path, "L", [Row(None, "old", "L")], "a machine")
    report.insert(path, "S", [Row(None, "small", "S")], "a machine")
    report.insert(path, "L", [Row(None, "new", "L")], "a machine")
    text = path.read_text()
    assert "small" in text and "new" in text and "old" not in text
