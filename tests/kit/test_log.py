"""The log: one JSON line an event, with the request it belongs to, without what people wrote."""

import io
import json
import subprocess
import sys
from smtplib import SMTPDataError, SMTPRecipientsRefused

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from kit import log
from kit.errors import Refused
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
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert any("of a library" in line["event"] for line in found) and "chatter" not in done.stderr
    return [line for line in found if "logger" not in line]


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


def test_lines_are_captured_however_often_it_is_configured():
    """A logger that was used before keeps its processors: they must be the same list."""
    log.configure()
    log.logger.info("used")
    log.configure()
    with capture_logs() as noted:
        log.logger.info("seen")
    assert [line["event"] for line in noted] == ["seen"]


SECRET = "a@b.it\nvia Dante, 3 (terzo piano)"
INTO = "insert into act_once (person_id, key, kind, at) values"
REFUSED = [
    f"{INTO} (1, :typed, 'x', now()), (1, :typed, 'y', now())",
    f"{INTO} (-1, :typed, 'x', now())",
    "select cast(:typed as integer)",
]


def raised(session, statement):
    """What the database says of a statement with what somebody wrote, as it comes to us."""
    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(text(statement), {"typed": SECRET})
    return refused.value


def line_of(code: str) -> str:
    """What a process says that is told to say something."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stderr


def holds(told: str) -> bool:
    return "a@b.it" in told or "Dante" in told


@pytest.mark.parametrize("statement", REFUSED)
def test_of_what_a_database_refuses_only_names_are_told(session, statement):
    """One line of a value was taken out; whoever writes two lines found the second in the log."""
    error = raised(session, statement)
    assert "a@b.it" in str(error), "the control: the error itself holds it"
    try:
        try:
            raise error
        except DBAPIError as first:
            raise RuntimeError("a job failed") from first
    except RuntimeError as second:
        told = log.told(second)
    assert not holds(told)
    assert "RuntimeError: a job failed" in told and "test_log.py" in told and "state=" in told


def test_a_groups_errors_are_told_alike(session):
    told = log.told(ExceptionGroup("two", [raised(session, REFUSED[0]), ValueError("odd")]))
    assert not holds(told) and "UniqueViolation" in told and "ValueError: odd" in told


def test_what_is_wrong_with_a_statement_of_ours_is_told(session):
    told = log.told(raised(session, "select nothing_like_it, cast(:typed as text)"))
    assert "nothing_like_it" in told and "UndefinedColumn" in told and not holds(told)


def test_a_sentence_is_told_without_its_values_and_a_mail_server_without_addresses():
    assert log.told(Refused("Invito a {email}.", email=SECRET)).endswith(
        "Refused: Invito a {email}."
    )
    refused = SMTPRecipientsRefused({"a@b.it": (550, b"no a@b.it here")})
    assert not holds(log.told(refused))
    assert log.told(SMTPDataError(554, b"a@b.it is full")).endswith("SMTPDataError: 554")


FAILING = """
import logging
from kit import log
log.configure()
{}
try:
    raise psycopg.errors.UniqueViolation("twice\\nDETAIL: Key (email)=(a@b.it\\nDante) exists")
except psycopg.Error as error:
    {}
"""
_JOB = "Job m.n[3](reason='a@b.it (Dante)') ended with status: Error"
WAYS = {
    "our own": ("import psycopg", 'log.logger.error("x", exc_info=error)'),
    "a job that fails": (
        "import psycopg",
        f'logging.getLogger("procrastinate.worker").error("{_JOB}", exc_info=error)',
    ),
    "the server": (
        "import psycopg, uvicorn; uvicorn.Config('app:x'); log.configure()",
        'logging.getLogger("uvicorn.error").error("x", exc_info=error)',
    ),
    "an end": ("import psycopg", "raise"),
    "a thread's end": (
        "import psycopg, threading\ndef work(error): raise error",
        "t = threading.Thread(target=work, args=[error]); t.start(); t.join()",
    ),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_no_way_to_the_log_tells_it(way):
    said = line_of(FAILING.format(*WAYS[way]))
    assert "UniqueViolation" in said and not holds(said), said


def test_of_a_jobs_arguments_nothing_is_told_and_its_name_is():
    said = line_of(FAILING.format(*WAYS["a job that fails"]))
    assert "m.n[3](…) ended with status: Error" in json.loads(said)["event"]
