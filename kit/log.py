"""Logs: one JSON line an event, with the request id, never with what people wrote."""

import contextlib
import json
import logging
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from pathlib import Path
from smtplib import SMTPException
from typing import Any, TextIO

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from kit.errors import PersonError

request_id: ContextVar[str] = ContextVar("request_id", default="")


def _add_request_id(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if request_id.get():
        event["request_id"] = request_id.get()
    return event


def told(error: BaseException, seen: frozenset[int] = frozenset()) -> str:
    """Tell an error and what led to it by kinds and places, without what people wrote.

    A database quotes the row it refuses, a mail server an address, a sentence of ours its values:
    of these only the names are told.
    """
    seen |= {id(error)}
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [] if before is None or id(before) in seen else [told(before, seen), "then:\n"]
    parts += ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
    parts.append(": ".join(filter(None, (type(error).__qualname__, _said(error)))))
    if isinstance(error, BaseExceptionGroup):
        parts += [f"\nwith:\n{told(each, seen)}" for each in error.exceptions]
    return "".join(parts)


def named(error: BaseException) -> dict[str, str]:
    """A database's refusal by its names: its message would hold what people wrote."""
    cause = getattr(error, "orig", None) or error
    found: dict[str, str | None] = {"kind": type(cause).__name__}
    if isinstance(cause, psycopg.Error):
        found.update(state=cause.sqlstate, constraint=cause.diag.constraint_name)
        found["table"] = cause.diag.table_name
    return {name: value for name, value in found.items() if value is not None}


def _said(error: BaseException) -> str:
    if isinstance(error, psycopg.Error | SQLAlchemyError):
        facts = " ".join(f"{name}={value}" for name, value in named(error).items())
        cause: BaseException = getattr(error, "orig", None) or error
        # What is wrong with a statement of ours, not with what somebody wrote.
        if isinstance(cause, psycopg.Error) and (cause.sqlstate or "").startswith("42"):
            facts += f" {cause.diag.message_primary}"
        return " ".join([facts, *_statement(error)])
    if isinstance(error, PersonError):
        return error.message.text
    if isinstance(error, SMTPException):
        return str(getattr(error, "smtp_code", ""))
    return str(error)


def _statement(error: BaseException) -> list[str]:
    statement = getattr(error, "statement", None)
    return [f"[SQL: {statement}]"] if statement else []


def _without_values(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    error = event.pop("exc_info", None)
    if error is True or isinstance(error, tuple):
        error = sys.exc_info()[1] if error is True else error[1]
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


class _Lines(logging.Formatter):
    """A library's lines in the form of ours; of a job's arguments nothing is told."""

    def format(self, record: logging.LogRecord) -> str:
        """Give a record as one line of JSON."""
        said = record.getMessage()
        if record.name.startswith("procrastinate"):
            said = _ARGUMENTS.sub(r"\1(…)", said)
        line: dict[str, Any] = {"logger": record.name, "event": said}
        line["level"] = record.levelname.lower()
        if record.exc_info:
            line["exc_info"] = record.exc_info[1]
        for process in _PROCESSORS[1:-1]:
            line = process(None, line["level"], line)
        return json.dumps(line, ensure_ascii=False, default=str)


_ARGUMENTS = re.compile(r"(\w\[\d+\])\(.*\)", re.DOTALL)


class _Lossy:
    """A stream that loses what cannot be written: no answer may depend on a disk with room."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        """Write a line, if it can be written."""
        with contextlib.suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        """Send on what was written, if it can be sent."""
        with contextlib.suppress(OSError):
            self._stream.flush()


# One list for good: a logger keeps the one it was first used with, however often this is done.
_PROCESSORS: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_request_id,
    _without_values,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


def configure(level: int = logging.INFO) -> None:
    """Send everything to standard error as JSON lines."""
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=_Lossy(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, force=True)
    for name in ("", "uvicorn", "uvicorn.error"):  # the server has handlers of its own
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(_Lines())
    hide_values()


def hide_values() -> None:
    """Let whatever ends this process, or a thread of it, be told without what people wrote."""

    def tell(kind: type[BaseException], error: BaseException | None) -> None:
        if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.stderr.write(told(error) + "\n")

    sys.excepthook = lambda kind, error, _trace: tell(kind, error)
    threading.excepthook = lambda hooked: tell(hooked.exc_type, hooked.exc_value)


def count_lines(path: Path) -> int:
    """How many lines a file has; 0 where there is none."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return 0


logger = structlog.get_logger()
