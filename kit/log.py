"""Logs: one JSON line an event, with the request id, never with what people wrote."""

import contextlib
import logging
import re
import sys
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

request_id: ContextVar[str] = ContextVar("request_id", default="")


def _add_request_id(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if request_id.get():
        event["request_id"] = request_id.get()
    return event


# What a database adds to its refusals: the row that was written, the values of a statement.
_VALUES = re.compile(r"^(\s*)(DETAIL:|\[parameters:|Failing row contains).*$", re.MULTILINE)


def _without_values(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if "exception" in event:
        event["exception"] = _VALUES.sub(r"\1\2 …", event["exception"])
    return event


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
    structlog.processors.format_exc_info,
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


logger = structlog.get_logger()
