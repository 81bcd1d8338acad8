"""A crowd that does not wait for its answers, in a process of its own.

Called with a job on standard input (JSON), it answers on standard output. Three kinds of people:

- `streams`: so many requests a second, whatever becomes of those before. Each is sent on a
  connection of its own or on one that is free again; a request of a list that must not overtake
  its predecessor (`ordered`) is left out while that one waits, and counted as such.
- `timed`: one request each at its instant (seconds of the epoch).
- `greedy`: one person's connections, each sending the same heavy request again and again.

Every connection comes from one of many loopback addresses, but those of the greedy person.
"""

import asyncio
import json
import re
import secrets
import sys
import time
from collections import Counter
from itertools import count
from typing import Any

from bench.client import KEY, LENGTH, MARK, SAID, TOLD

_LISTENS = 4_000
_GREEDY_ADDRESS = "127.0.0.9"
_ANSWER_S = 75.0
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


class Crowd:
    """All of them: what they sent, what came back, and when."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job, self.port = job, job["port"]
        self.ends_at: float = job["ends_at"]
        self.free: list[Line] = []
        self.numbers = count()
        self.open = 0
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> dict[str, Any]:
        """Send all of it, wait for the last answer, and tell."""
        streams = [Stream(self, each) for each in self.job["streams"]]
        timed: list[dict[str, Any]] = [{} for _ in self.job["timed"]]
        greedy: Counter[str] = Counter()
        every = [stream.run() for stream in streams]
        every += [self._at(each, told) for each, told in zip(self.job["timed"], timed, strict=True)]
        every += [self._heap(self.job["greedy"], greedy) for _ in range(self.job["connections"])]
        await asyncio.gather(*every)
        while self.tasks:
            await asyncio.wait(self.tasks)
        told = {stream.name: stream.told() for stream in streams}
        return {"streams": told, "timed": timed, "greedy": greedy}

    def begin(self, work: Any) -> None:
        """Let something run beside the others until it is done."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def ask(
        self, raw: bytes, wrote: dict[str, float], *, fresh: bool = False
    ) -> tuple[str, bytes]:
        """Send one request and read its answer: its status, and its body."""
        try:
            reader, writer = await self._line(fresh=fresh)
        except OSError:
            self.open -= 1
            return "none", b""
        try:
            writer.write(raw)
            await writer.drain()
            wrote["at"] = time.time()
            async with asyncio.timeout(_ANSWER_S):
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                body = await reader.readexactly(int(length.group(1)) if length else 0)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            writer.close()
            self.open -= 1
            return "none", b""
        if b"connection: close" in head.lower():
            writer.close()
            self.open -= 1
        else:
            self.free.append((reader, writer))
        found = _STATUS.match(head)
        return (found.group(1).decode() if found else "odd"), body

    async def _line(self, *, fresh: bool) -> Line:
        """The connection used last, unless the other end has closed it, or a new one."""
        while self.free and not fresh:
            reader, writer = self.free.pop()
            if not (reader.at_eof() or writer.is_closing()):
                return reader, writer
            writer.close()
            self.open -= 1
        return await self._connect()

    async def _connect(self) -> Line:
        n = next(self.numbers)
        self.open += 1
        return await asyncio.open_connection(
            "127.0.0.1",
            self.port,
            limit=2**22,
            local_addr=(f"127.0.{1 + n // 250 % 250}.{1 + n % 250}", 0),
        )

    async def _at(self, each: dict[str, Any], told: dict[str, Any]) -> None:
        await asyncio.sleep(max(each["at"] - time.time(), 0))
        wrote: dict[str, float] = {}
        told["status"], _ = await self.ask(each["raw"].encode("latin-1"), wrote, fresh=True)
        told["whole_at"], told["answered_at"] = wrote.get("at"), time.time()

    async def _heap(self, raw: str, seen: Counter[str]) -> None:
        heavy = raw.encode("latin-1")
        while time.time() < self.ends_at:
            try:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, local_addr=(_GREEDY_ADDRESS, 0)
                )
                writer.write(heavy.replace(KEY.encode(), secrets.token_hex(11).encode(), 1))
                await writer.drain()
                head = await reader.readuntil(b"\r\n\r\n")
                seen[head[9:12].decode()] += 1
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                seen["none"] += 1
                await asyncio.sleep(0.1)


class Stream:
    """Requests of one kind at a steady rate."""

    def __init__(self, crowd: Crowd, asked: dict[str, Any]) -> None:
        self.crowd, self.name, self.rate = crowd, asked["name"], asked["rate"]
        self.lists = [[raw.encode("latin-1") for raw in own] for own in asked["requests"]]
        self.ordered = asked["ordered"]
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.scheduled = self.left_out = 0
        self.busy: set[int] = set()
        # For an ordered list: how far it came, and the last of it that was answered with success.
        self.next = [0] * len(self.lists)
        self.taken: list[int | None] = [None] * len(self.lists)
        self.unknown: list[int] = []
        self.marks: list[dict[bytes, dict[bytes, bytes]]] = [{} for _ in self.lists]

    async def run(self) -> None:
        """Send what is due, every few milliseconds, until the end."""
        began = time.time()
        while (now := time.time()) < self.crowd.ends_at:
            due = int((now - began) * self.rate)
            while self.scheduled < due:
                self._send(self.scheduled % len(self.lists))
                self.scheduled += 1
            await asyncio.sleep(0.004)

    def _send(self, n: int) -> None:
        if self.crowd.open >= _LISTENS or (self.ordered and n in self.busy):
            self.left_out += 1
            return
        self.busy.add(n)
        self.crowd.begin(self._one(n))

    async def _one(self, n: int) -> None:
        own = self.lists[n]
        place = self.next[n] % len(own)
        self.next[n] += 1
        raw, began = own[place], time.time()
        path = raw.split(b" ", 2)[1]
        if self.ordered:
            told = self.marks[n].get(path, {})
            raw = SAID.sub(lambda found: found[1] + b"=" + told.get(found[1], found[2]), raw)
        status, body = await self.crowd.ask(raw, {})
        self.statuses[status] += 1
        if status in ("200", "303"):
            self.latencies.append((time.time() - began) * 1000)
            self.taken[n] = place
        if self.ordered:
            if status == "none":
                self.unknown.append(n)
            elif found := TOLD.findall(body):
                self.marks[n][path] = {name: mark.ljust(MARK, b"+") for name, mark in found}
        self.busy.discard(n)

    def told(self) -> dict[str, Any]:
        """What became of it."""
        return {
            "scheduled": self.scheduled,
            "left_out": self.left_out,
            "statuses": self.statuses,
            "latencies": self.latencies,
            "taken": self.taken,
            "unknown": self.unknown,
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Crowd(json.load(sys.stdin)).run())))
