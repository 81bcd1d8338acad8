"""Waiting for something to happen: as short as it takes, never for ever, never in silence."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, text

STEP_S = 0.01
_WAITING = text(
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and wait_event_type = 'Lock'"
)

T = TypeVar("T")


def until(answer: Callable[[], T], awaited: str, within_s: float = 30, step_s: float = STEP_S) -> T:
    """Ask every `step_s` until the answer is true and give it; for what cannot tell by itself.

    Fails after `within_s` seconds and names what was awaited.
    """
    end = time.monotonic() + within_s
    while not (found := answer()):
        assert time.monotonic() < end, f"waited {within_s} s in vain for {awaited}"
        time.sleep(step_s)
    return found


def until_blocked(engine: Engine, count: int = 1) -> None:
    """Wait until so many transactions of the engine's database wait for somebody's lock."""

    def blocked() -> bool:
        with engine.connect() as line:
            return int(line.execute(_WAITING).scalar_one()) >= count

    until(blocked, f"{count} to meet a lock", 10)
