"""Browsers without a screen: each from an address of its own, with real forms and sessions."""

import asyncio
import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from tests.drill.promises import ACKNOWLEDGED, REFUSED, UNKNOWN, Promise
from tests.forms import sent_to

MANY = 16
TRIES = 10
READERS = 48
LONGEST_S = 90.0
TO_THE_DOOR = "/sign-in"


@contextmanager
def browser(url: str, number: int) -> Iterator[httpx.Client]:
    """A client from 127.0.1.number: one network has a bound on what it holds at once."""
    transport = httpx.HTTPTransport(local_address=f"127.0.1.{number + 1}")
    with httpx.Client(base_url=url, transport=transport, timeout=LONGEST_S) as found:
        yield found


def _as(of: Promise) -> dict[str, str]:
    return {"Cookie": f"session={of.token}"} if of.token else {}


def open_all(url: str, promises: Sequence[Promise]) -> None:
    """Open the page of each and keep what its form would send; fails where there is no form."""

    def turn(number: int) -> None:
        with browser(url, number) as client:
            for each in promises[number::MANY]:
                client.cookies.clear()
                answer = client.get(each.act.page, headers=_as(each))
                assert answer.status_code == 200, (each.act.page, answer.status_code)
                home = re.sub(r"/lines/\d+$", "", each.act.action)  # a line is part of a form
                each.fields = {**sent_to(answer, home), **each.act.typed}

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(turn, range(MANY)))


def send(client: httpx.Client, of: Promise) -> None:
    """Send a form and note what was answered."""
    client.cookies.clear()
    files = {"file": of.act.file} if of.act.file else None
    of.status, of.ended, of.told, of.began = 0, 0.0, UNKNOWN, time.monotonic()
    try:
        answer = client.post(of.act.action, data=of.fields, files=files, headers=_as(of))
    except httpx.ConnectError:
        of.told = REFUSED  # nobody was there to take it
    except httpx.TransportError:
        of.told = UNKNOWN
    else:
        of.status, of.told = answer.status_code, _told(of, answer)
    of.ended = time.monotonic()


def _told(of: Promise, answer: httpx.Response) -> str:
    led = answer.headers.get("location", "").startswith(TO_THE_DOOR)
    return REFUSED if led or answer.status_code >= 400 else ACKNOWLEDGED


class Crowd:
    """Clients that send the forms of `promises`, spread over so many seconds."""

    def __init__(self, url: str, promises: Sequence[Promise], seconds: float) -> None:
        self._left: queue.SimpleQueue[Promise] = queue.SimpleQueue()
        for each in promises:
            self._left.put(each)
        self._pace = seconds * MANY / max(len(promises), 1)
        self._hurry = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(url, n)) for n in range(MANY)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Send what is left without pauses and wait for every answer."""
        self._hurry.set()
        for thread in self._threads:
            thread.join()

    def _work(self, url: str, number: int) -> None:
        self._hurry.wait(self._pace * number / MANY)
        with browser(url, number) as client:
            while not self._left.empty():
                try:
                    each = self._left.get_nowait()
                except queue.Empty:
                    return
                send(client, each)
                self._hurry.wait(self._pace)


def resend(url: str, promises: Sequence[Promise]) -> None:
    """Send the same forms once more, as they were; who is told to come back does, for a while.

    After a restart of the database the first of each process finds a connection that is gone.
    """
    for _ in range(TRIES):
        crowd = Crowd(url, promises, 0)
        crowd.start()
        crowd.finish()
        promises = [each for each in promises if each.status in (503, 507)]
        if not promises:
            return
        threading.Event().wait(1)


def read(url: str, pages: Sequence[Promise], many: int = READERS) -> list[tuple[int, float]]:
    """Let so many open pages at once; the status (0: no answer) and seconds of each."""

    async def one(number: int) -> tuple[int, float]:
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.2.{number + 1}")
        of, began = pages[number % len(pages)], time.monotonic()
        async with httpx.AsyncClient(
            base_url=url, transport=transport, timeout=LONGEST_S
        ) as client:
            try:
                status = (await client.get(of.act.page, headers=_as(of))).status_code
            except httpx.TransportError:
                status = 0
        return status, time.monotonic() - began

    async def all_of_them() -> list[tuple[int, float]]:
        return await asyncio.gather(*(one(number) for number in range(many)))

    return asyncio.run(all_of_them())
