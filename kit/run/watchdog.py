"""A process that has stopped serving ends itself, and whoever keeps it up starts another.

It looks from inside, the way a request goes: through the event loop, a thread of the
application and its pool. Where the database takes no new connection either, the fault is not
this process's: a new one would be no better, and would have to find the database before it
could say so. So it stays, and goes on answering that in words (docs/decisions/0018).
"""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kit import log

LOOK_EVERY_S = 5.0
RED_FOR_S = 30.0
# Longer than a place in the pool is waited for.
ANSWER_WITHIN_S = 12.0
# Longer than the server waits for running requests when it is asked to stop.
END_WITHIN_S = 25.0

Look = Callable[[], object]


@contextmanager
def on_duty(
    loop: asyncio.AbstractEventLoop,
    serves: Look,
    database_answers: Look,
    end: Callable[[], None] | None = None,
) -> Iterator[None]:
    """Watch this process until left; call `end` when it has been red for `RED_FOR_S` seconds.

    `serves` runs in a thread of the application and fails when it cannot do its work;
    `database_answers` fails when nobody could. `end` stops the process where none is given.
    """
    leaving = threading.Event()
    green = _through(loop, serves)
    rounds = (leaving, green, database_answers, end or end_process)
    watch = threading.Thread(target=_watch, args=rounds, name="watchdog", daemon=True)
    watch.start()
    try:
        yield
    finally:
        leaving.set()


def end_process() -> None:
    """Ask this process to stop as its supervisor would; end it outright if it does not."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_WITHIN_S)  # in the watchdog's own thread, which goes with the process
    os.kill(os.getpid(), signal.SIGKILL)


def _watch(
    leaving: threading.Event, green: Look, database_answers: Look, end: Callable[[], None]
) -> None:
    red_since: float | None = None
    while not leaving.wait(LOOK_EVERY_S):
        began = time.monotonic()
        if _holds(green) or not _holds(database_answers):
            red_since = None
            continue
        red_since = began if red_since is None else red_since
        red_for = time.monotonic() - red_since
        if red_for >= RED_FOR_S and not leaving.is_set():
            log.logger.error("not_serving", seconds=round(red_for), now="ending")
            end()
            return


def _through(loop: asyncio.AbstractEventLoop, serves: Look) -> Look:
    """Ask `serves` in a thread of the application, by way of its loop."""

    async def ask() -> None:
        await asyncio.to_thread(serves)

    def green() -> None:
        asyncio.run_coroutine_threadsafe(ask(), loop).result(ANSWER_WITHIN_S)

    return green


def _holds(look: Look) -> bool:
    """Whether a look succeeds; why it does not is what the requests' own lines say."""
    with contextlib.suppress(Exception):  # whatever fails, it does not serve
        look()
        return True
    return False
