"""Waiting in tests: as short as it takes, and never by sleeping."""

import re
from itertools import count
from pathlib import Path

import pytest

from tests.waiting import until

FOLDER = Path(__file__).parent
# A turn of the event loop (0) is no sleep, PostgreSQL's own is what a time limit is tried on.
SLEEP = re.compile(r"\bsleep\((?!0\))(?<!pg_sleep\()|wait_for_timeout\(")


def test_the_answer_is_given_as_soon_as_it_is_true():
    numbers = count()
    assert until(lambda: next(numbers) >= 3 and "three", "three") == "three"
    assert next(numbers) == 4


def test_what_does_not_happen_is_named():
    with pytest.raises(AssertionError, match=r"waited 0\.05 s in vain for rain"):
        until(lambda: False, "rain", 0.05)


def test_nobody_else_sleeps():
    places = [
        f"{path.relative_to(FOLDER)}:{number}"
        for path in FOLDER.rglob("*.py")
        if path.name not in ("waiting.py", Path(__file__).name)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SLEEP.search(line)
    ]
    assert places == []
