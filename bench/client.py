"""A light HTTP client in a process of its own: it must not be what is measured.

Each connection comes from a loopback address of its own, as neighbours do (one network has a bound
on what it holds at once), is kept alive and sends ready-made bytes; like a browser it says what the
answer before showed of the same thing (a field shown-NAME of MARK characters). Called with a job
on standard input (JSON: port, requests, count, seconds, cycle), it answers on standard output.
`requests` holds one list per connection; without `cycle` each of its requests is sent once.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle
from time import perf_counter
from typing import Any

MARK = 12
# Where a request needs a key of its own each time it is sent.
KEY = "k" * 22
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SAID = re.compile(rb"\b(shown-[^=&]+)=([^&]{%d})" % MARK)
TOLD = re.compile(rb'name="(shown-[^"]*)" value="([^"]*)"')


@dataclass(frozen=True)
class Load:
    """What the client saw: milliseconds of each answer, answers by status, seconds in all."""

    latencies: list[float]
    statuses: dict[str, int]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency (ms) that `share` of the answers kept to."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def request(method: str, path: str, port: int, headers: dict[str, str], body: str = "") -> bytes:
    """Write one request of HTTP/1.1."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Language: it"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded"]
        lines += [f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def run(
    port: int,
    requests: Sequence[Sequence[bytes]],
    *,
    count: int,
    seconds: float,
    repeat: bool = True,
) -> Load:
    """Load the server from a second process; bounded in requests and in seconds."""
    job = {
        "port": port,
        "requests": [[raw.decode("latin-1") for raw in own] for own in requests],
        "count": count,
        "seconds": seconds,
        "cycle": repeat,
    }
    ended = subprocess.run(
        [sys.executable, "-S", __file__],
        input=json.dumps(job).encode(),
        capture_output=True,
        check=True,
        timeout=seconds + 120,
    )
    return Load(**json.loads(ended.stdout))


def _say(told: dict[bytes, bytes], found: re.Match[bytes]) -> bytes:
    name, before = found.groups()
    return name + b"=" + told.get(name, before)


async def _talk(
    ends: tuple[int, str], wanted: Iterator[bytes], tickets: Iterator[int], seen: Any
) -> None:
    port, address = ends
    latencies, statuses, end = seen
    told: dict[bytes, dict[bytes, bytes]] = {}
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, limit=2**22, local_addr=(address, 0)
    )
    for raw in wanted:
        if perf_counter() > end or next(tickets, None) is None:
            break
        path = raw.split(b" ", 2)[1]
        raw = SAID.sub(partial(_say, told.get(path, {})), raw)
        started = perf_counter()
        writer.write(raw)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, OSError):
            statuses["lost"] += 1
            break
        length = LENGTH.search(head)
        body = await reader.readexactly(int(length.group(1)) if length else 0)
        latencies.append((perf_counter() - started) * 1000)
        statuses[head[9:12].decode()] += 1
        if raw.startswith(b"POST"):
            told[path] = {name: mark.ljust(MARK, b"+") for name, mark in TOLD.findall(body)}
    writer.close()


async def _load(job: dict[str, Any]) -> dict[str, Any]:
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    started = perf_counter()
    seen = (latencies, statuses, started + job["seconds"])
    tickets = iter(range(job["count"]))
    lists = [[raw.encode("latin-1") for raw in own] for own in job["requests"]]
    await asyncio.gather(
        *(
            _talk(
                (job["port"], f"127.0.0.{n + 2}"),
                cycle(own) if job["cycle"] else chain(own),
                tickets,
                seen,
            )
            for n, own in enumerate(lists)
        )
    )
    seconds = perf_counter() - started
    return {"latencies": latencies, "statuses": statuses, "seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_load(json.load(sys.stdin)))))
