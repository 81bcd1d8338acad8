"""The wire to a provider: five seconds in all, answers of bounded size, no redirect followed."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from functools import cache
from ssl import SSLContext
from typing import Any, TypeVar, cast

import httpx2

T = TypeVar("T")

PATIENCE_S = 5.0
# Discovery documents and sets of keys have a few kilobytes.
LARGEST = 256 * 1024


class BadAnswer(Exception):
    """An answer that is no answer: too large, packed, or of the wrong kind."""


def in_time(asking: Coroutine[Any, Any, T]) -> T:
    """Run what asks a provider, in this thread, for at most five seconds.

    A limit for each read would let a slow answer drip for ever: here everything ends at once.
    Raises TimeoutError, and what `asking` raises.
    """

    async def ask() -> T:
        async with asyncio.timeout(PATIENCE_S):
            return await asking

    # A loop of its own, closed without waiting for a name that is still being looked up.
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(ask())
    finally:
        loop.close()


class Bounded(httpx2.AsyncBaseTransport):
    """A transport that reads no more than LARGEST of an answer, and nothing packed."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport(verify=_trusted())

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; raises BadAnswer for an answer that does not keep to the bounds."""
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise BadAnswer("packed")  # a few bytes of it may be gigabytes
        response.stream = _Counted(cast(httpx2.AsyncByteStream, response.stream))
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > LARGEST:
                raise BadAnswer("too large")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


@cache
def _trusted() -> SSLContext:
    # Reading the certificates takes longer than a request.
    return httpx2.create_ssl_context()


def settled() -> dict[str, Any]:
    """How every client of a provider is made: nothing of the environment, no redirects."""
    return {
        "transport": Bounded(),
        "timeout": PATIENCE_S,
        "trust_env": False,
        "follow_redirects": False,
    }
