"""The log: one JSON line an event, with the request it belongs to, without what people wrote."""

import io
import json
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from kit import log
from tests.served import ROOT

SAYING = """
import logging
from structlog.testing import capture_logs

from kit import log
log.configure(%s)
log.logger.info("before")
log.request_id.set("r-7")
log.logger.warning("during", city="Pizzighettone è qui", n=3)
logging.getLogger("library").warning("of a library")
logging.getLogger("library").info("chatter of a library")
try:
    raise ValueError("odd")
except ValueError as error:
    log.logger.error("broken", exc_info=error)
"""


def lines(level: str = "") -> list[dict]:
    """What a process of its own says to standard error, and nothing to standard output."""
    done = subprocess.run(
        [sys.executable, "-c", SAYING % level], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    found = done.stderr.splitlines()
    assert any("of a library" in line for line in found) and "chatter" not in done.stderr
    return [json.loads(line) for line in found if line.startswith("{")]


def test_each_event_is_one_line_with_its_level_instant_and_request():
    before, during, broken = lines()
    assert (before["event"], before["level"]) == ("before", "info")
    assert "request_id" not in before
    assert before["timestamp"].endswith("Z")
    assert (during["event"], during["level"], during["n"]) == ("during", "warning", 3)
    assert during["city"] == "Pizzighettone è qui"
    assert during["request_id"] == broken["request_id"] == "r-7"
    assert "Traceback" in broken["exception"] and "ValueError: odd" in broken["exception"]


def test_what_is_below_the_level_is_not_said():
    assert [line["event"] for line in lines("logging.WARNING")] == ["during", "broken"]


class Full(io.StringIO):
    """A stream on a disk without room."""

    def write(self, _line: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        self.write("")


def test_a_full_disk_loses_the_line_and_not_the_answer():
    lossy = log._Lossy(Full())
    lossy.write("x")
    lossy.flush()


def test_values_of_a_refused_row_are_not_kept():
    said = log._without_values(
        None,
        "error",
        {
            "exception": "UniqueViolation: duplicate key\nDETAIL:  Key (email)=(a@b.it)\n"
            "[SQL: insert]\n[parameters: {'email': 'a@b.it'}]\n  File x"
        },
    )
    assert "a@b.it" not in said["exception"] and "File x" in said["exception"]


def test_what_can_be_written_is_written_and_sent_on():
    kept = io.StringIO()
    lossy = log._Lossy(kept)
    lossy.write("x\n")
    lossy.flush()
    assert kept.getvalue() == "x\n"


def test_only_what_the_disk_refuses_is_lost_and_a_bug_is_not():
    closed = io.StringIO()
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        log._Lossy(closed).write("x")


def test_the_values_of_a_row_a_check_refused_are_not_kept_however_many_lines_tell_them():
    exception = (
        "CheckViolation: new row violates check\n  DETAIL:  Failing row contains (7, a@b.it).\n"
        "Failing row contains (8, c@d.it)\nHINT: look"
    )
    said = log._without_values(None, "error", {"exception": exception})["exception"]
    assert "@" not in said and said.endswith("\nHINT: look")
    assert log._without_values(None, "info", {"event": "DETAIL: x"}) == {"event": "DETAIL: x"}


def test_lines_are_captured_however_often_it_is_configured():
    """A logger that was used before keeps its processors: they must be the same list."""
    log.configure()
    log.logger.info("used")
    log.configure()
    with capture_logs() as noted:
        log.logger.info("seen")
    assert [line["event"] for line in noted] == ["seen"]
