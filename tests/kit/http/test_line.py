"""The connection itself: heads, silence and connections without end."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from kit.http import line
from kit.http.line import Line

ASKING = b"GET / HTTP/1.1\r\nHost: x\r\n"
LARGE = 8 * 2**20  # more than the kernel keeps of an answer that nobody reads


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(line, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(line, "UNREAD_SECONDS", 0.3)
    monkeypatch.setattr(line, "PER_NETWORK", 5)
    assert not Line.of_network
    yield
    assert not Line.of_network


async def page(scope: Any, receive: Any, send: Any) -> None:
    body = b"x" * (LARGE if scope["path"] == "/large" else 10)
    if scope["path"] == "/body":
        while (await receive()).get("more_body"):
            pass
    if scope["path"] == "/slow":
        made = asyncio.Event()
        asyncio.get_running_loop().call_later(3 * line.HEAD_SECONDS, made.set)
        await made.wait()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Site:
    """A listening server, and the browsers that came to it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.writers: list[asyncio.StreamWriter] = []

    async def call(self, *pieces: bytes) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        for piece in pieces:
            writer.write(piece)
        return reader

    async def closes(self, reader: asyncio.StreamReader) -> bytes:
        """Read until the server closes; fails where it does not within two seconds."""
        try:
            return await asyncio.wait_for(reader.read(), 2)
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def served(*, behind_proxy: bool = False) -> AsyncIterator[Site]:
    config = Config(page, proxy_headers=behind_proxy, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()

    def connection() -> Line:
        return Line(config=config, server_state=state, app_state={}, _loop=loop)

    server = await loop.create_server(connection, "127.0.0.1", 0)
    site = Site(server.sockets[0].getsockname()[1])
    try:
        yield site
    finally:
        for writer in site.writers:
            writer.close()
        server.close()
        for each in list(state.connections):
            each.transport.abort()
        while state.connections:
            await asyncio.sleep(0)


def scene(play: Callable[[Site], Coroutine[Any, Any, None]], *, behind_proxy: bool = False) -> None:
    async def all_of_it() -> None:
        async with served(behind_proxy=behind_proxy) as site:
            await play(site)

    asyncio.run(all_of_it())


@pytest.mark.parametrize(
    "pieces",
    [(), (b"GET / HT",), (ASKING,), (b"\r\n",), (ASKING + b"X-Half: a",)],
    ids=["nothing", "half a line", "half a head", "empty lines", "half a header"],
)
def test_whoever_does_not_ask_in_time_is_not_waited_for(pieces):
    async def play(site: Site) -> None:
        assert await site.closes(await site.call(*pieces)) == b""

    scene(play)


def test_a_second_head_has_no_more_time_than_the_first():
    async def play(site: Site) -> None:
        reader = await site.call(ASKING + b"\r\n")
        await reader.readuntil(b"x" * 10)
        site.writers[-1].write(b"GET / HTTP/1.1\r\nX-Half")
        assert await site.closes(reader) == b""

    scene(play)


def test_an_empty_line_after_an_answer_does_not_keep_the_connection():
    async def play(site: Site) -> None:
        reader = await site.call(ASKING + b"\r\n")
        await reader.readuntil(b"x" * 10)
        site.writers[-1].write(b"\r\n")
        assert await site.closes(reader) == b""

    scene(play)


def test_a_page_may_take_longer_than_its_head():
    async def play(site: Site) -> None:
        reader = await site.call(ASKING.replace(b"/ ", b"/slow ") + b"Connection: close\r\n\r\n")
        assert b"HTTP/1.1 200" in await site.closes(reader)

    scene(play)


@pytest.mark.parametrize("one", [True, False], ids=["one header", "many headers"])
def test_a_head_without_end_is_refused(one, monkeypatch):
    async def play(site: Site) -> None:
        monkeypatch.setattr(line, "HEAD_SECONDS", 5.0)
        began = time.monotonic()
        reader = await site.call(ASKING)
        more = b"X: " + b"a" * 1000 if one else b"X-One: 1\r\n" * 100
        for _ in range(200):
            site.writers[-1].write(more)
            await asyncio.sleep(0)
        # Who still sends when it is closed may lose the answer to that: the line is closed.
        assert (await site.closes(reader))[:12] in (b"HTTP/1.1 431", b"")
        assert time.monotonic() - began < line.HEAD_SECONDS

    scene(play)


def test_a_large_body_is_not_a_large_head():
    body = b"b" * (line.HEAD_BYTES * 3)
    asking = b"POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"

    async def play(site: Site) -> None:
        reader = await site.call(asking % len(body), body)
        assert b"HTTP/1.1 200" in await site.closes(reader)

    scene(play)


def test_an_answer_that_nobody_reads_is_not_kept():
    async def play(site: Site) -> None:
        await site.call(ASKING.replace(b"/ ", b"/large ") + b"\r\n")
        reading: Any = site.writers[-1].transport
        reading.pause_reading()
        async with asyncio.timeout(5):
            while not Line.of_network:
                await asyncio.sleep(0)
            while Line.of_network:
                await asyncio.sleep(0)

    scene(play)


def test_an_answer_that_is_read_comes_whole():
    async def play(site: Site) -> None:
        reader = await site.call(ASKING.replace(b"/ ", b"/large ") + b"Connection: close\r\n\r\n")
        answer = await site.closes(reader)
        assert len(answer.partition(b"\r\n\r\n")[2]) == LARGE

    scene(play)


def test_one_network_has_no_more_connections_than_its_share():
    async def play(site: Site) -> None:
        kept = [await site.call(ASKING) for _ in range(5)]
        assert await site.closes(await site.call(ASKING + b"\r\n")) == b""
        for reader in kept:
            await site.closes(reader)
        reader = await site.call(ASKING + b"Connection: close\r\n\r\n")
        assert b"HTTP/1.1 200" in await site.closes(reader)

    scene(play)


def test_behind_a_proxy_the_proxy_counts():
    async def play(site: Site) -> None:
        for _ in range(9):
            reader = await site.call(ASKING + b"\r\n")
        assert b"HTTP/1.1 200" in await asyncio.wait_for(reader.readuntil(b"\r\n"), 2)

    scene(play, behind_proxy=True)
