"""`python -m bench memory`: what stays in memory after a long day.

One web process after the other is asked for 20,000 pages, left in the middle of 1,000 answers, kept
waiting by 2,000 connections that say nothing, and sent 60 large bodies by strangers. Of each the
memory of both processes is told: before, at the top, and after ten seconds of rest.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from bench import client, meters, pages, place, seed
from bench.report import Verdict
from bench.run import checked
from kit import db, migrate

REQUESTS, DISCONNECTS, IDLE, BODIES = 20_000, 1_000, 2_000, 60
BODY_BYTES = 15 * 1024 * 1024
# What may be held after all of it beyond what was held after the first requests (MiB, both).
GROWN_MB = 40
# While large bodies come: they wait on the disk.
BODIES_MB = 60
_REST_S = 10.0
Act = Callable[[place.Place, int], Awaitable[None]]


def run(found: place.Place, share: float) -> Verdict:
    """Do a share of each, one after the other, and tell what each took."""
    with place.database(found) as cluster:
        migrate.upgrade(cluster.owner_url, cluster.app_url)
        engine = db.make_engine(cluster.app_url, statement_timeout_s=600)
        db.configure(engine)
        with db.transaction() as session:
            market = seed.market(session, replace(seed.SIZES["M"], members=pages.CLIENTS + 1))
        with db.transaction() as session:
            world = pages.world(session, market, {})
        found.start_web()
        meter = meters.Meter(meters.postmaster(cluster.directory), found.web_pid)
        verdict = _day(found, world, meter, share)
        found.stop_web()
        checked()
        engine.dispose()
        return verdict


def _day(found: place.Place, world: pages.World, meter: meters.Meter, share: float) -> Verdict:
    asked = _asked(found, world)

    def some(times: int) -> None:
        client.run(found.port, asked, count=max(int(times * share), 1), seconds=300)

    def many(act: Act, times: int, at_once: int) -> None:
        asyncio.run(_every(act, found, max(int(times * share), 1), at_once))

    some(1_000)  # what is kept once: templates, sheets of lines, statements
    acts: dict[str, Callable[[], None]] = {
        f"{REQUESTS * share:,.0f} pages": lambda: some(REQUESTS),
        f"{DISCONNECTS * share:,.0f} left in the middle of the answer": lambda: many(
            _leave, DISCONNECTS, 100
        ),
        f"{IDLE * share:,.0f} connections that say nothing": lambda: many(_idle, IDLE, IDLE),
        f"{BODIES * share:,.0f} bodies of 15 MiB by strangers": lambda: many(
            _heave, BODIES, BODIES
        ),
    }
    rows, memories = [], []
    for name, act in acts.items():
        with meters.watched(meter, _REST_S * share) as memory:
            act()
        memories.append(memory)
        rows.append((f"{name}: before, at the top, at rest", memory.told()))
    broken = []
    if (grown := memories[-1].after - memories[0].before) > GROWN_MB:
        broken.append(f"{grown:.0f} MB more are held than at first")
    if (risen := memories[-1].top - memories[-1].before) > BODIES_MB:
        broken.append(f"large bodies took {risen:.0f} MB")
    return Verdict(rows, broken)


def _asked(found: place.Place, world: pages.World) -> list[list[bytes]]:
    """Members of a centre, each at home, at what can be ordered, at a booking page."""
    order = world.market.order_ids[0]
    paths = ("/", "/group-orders", f"/group-orders/{order}/booking")
    return [
        [pages.Ask(path, token).raw(found.port) for path in paths]
        for token in world.market.tokens[: pages.CLIENTS]
    ]


async def _every(act: Act, found: place.Place, times: int, at_once: int) -> None:
    some = asyncio.Semaphore(at_once)

    async def one(n: int) -> None:
        async with some:
            with suppress(OSError, asyncio.IncompleteReadError):  # closed on: an answer too
                await act(found, n)

    await asyncio.gather(*(one(n) for n in range(times)))


async def _connect(found: place.Place, n: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = f"127.0.{1 + n // 50 % 250}.{1 + n % 50}"
    return await asyncio.open_connection("127.0.0.1", found.port, local_addr=(address, 0))


async def _leave(found: place.Place, n: int) -> None:
    """Ask for a page and go when its first bytes come."""
    reader, writer = await _connect(found, n)
    writer.write(client.request("GET", "/calls", found.port, {}))
    await reader.read(16)
    writer.transport.abort()


async def _idle(found: place.Place, n: int) -> None:
    """Connect, say half a word, and stay until the other end has enough of it."""
    reader, writer = await _connect(found, n)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127")
    async with asyncio.timeout(20):
        await reader.read()
    writer.close()


async def _heave(found: place.Place, n: int) -> None:
    """Send 15 MiB to an address that does not exist, as a stranger, whatever is answered."""
    reader, writer = await _connect(found, n)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    head = client.request("GET", f"/absent/{secrets.token_hex(4)}", found.port, headers)
    head = head.replace(b"GET", b"POST", 1)
    writer.write(head[:-2] + f"Content-Length: {BODY_BYTES}\r\n\r\n".encode())
    for _ in range(BODY_BYTES // 65536):
        writer.write(b"x" * 65536)
        await writer.drain()
    async with asyncio.timeout(60):
        await reader.read(64)
    writer.close()
