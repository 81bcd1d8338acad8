"""A worker as it runs, in the test's own process."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kit.run import runners

WAIT_S = 40


@contextmanager
def working(url: str) -> Iterator[None]:
    """A worker in this process; leaving waits until it has finished."""
    begun: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def run() -> None:
        stop = asyncio.Event()
        begun.put((asyncio.get_running_loop(), stop))
        await runners.serve(url, stop)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    loop, stop = begun.get(timeout=WAIT_S)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT_S)
        assert not thread.is_alive()
