"""The drill by its command: a sample of it holds, and what is put in on purpose is found."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.kill

ROOT = Path(__file__).parents[2]
OURS = ("FARELEGAMI_TESTING", "FARELEGAMI_SECRET", "PUBLIC_URL", "ALLOWED_HOSTS")
LONGEST_S = 560


def drill(*words: str) -> tuple[int, str]:
    """Run it as a program of its own; how it ended, and what it said."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.drill", "--minutes", "0", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = running.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGINT)  # so that it stops what it has started
        said, _ = running.communicate()
    return running.returncode, said


def test_one_round_of_each_cheap_fault_breaks_no_promise():
    ended, said = drill("--sample", "--seed", "7")
    assert ended == 0, said
    assert "everything holds" in said and "BREACH" not in said
    rows = dict(re.findall(r"^\| (\w[^|]+) \| (\d+) \|", said, re.MULTILINE))
    assert len(rows) == 4 and sum(map(int, rows.values())) >= 3, said


def test_what_is_promised_too_early_and_what_is_not_given_back_is_found():
    """The control: answers that come before their commit, connections that are forgotten."""
    ended, said = drill("--sample", "--plant", "--only", "backend", "--seed", "7")
    assert ended == 1, said
    lost = r"killed: (?:sent again, )?lost: .* \(acknowledged, 303\) \[SEED=7 STEP=1\]"
    assert re.search(lost, said), said
    assert re.search(r"BREACH .*(connections in use|readers at once were answered)", said), said
