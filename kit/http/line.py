"""The connection itself: what the server leaves without a bound and no page ever sees.

uvicorn limits neither the bytes of a head nor how long one takes, keeps what nobody reads, and
counts nobody's connections. A subclass of its protocol does, by the hooks that asyncio and
httptools call anyway.
"""

import asyncio
from collections import Counter
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kit.http import asgi

# The gate takes 16 KiB of headers and 4 KiB of address and answers in words; this is the fuse.
HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
UNREAD_SECONDS = 60.0
# Of one network, on one process: a classroom behind one address, each browser with six.
PER_NETWORK = 200

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class Line(HttpToolsProtocol):
    """One connection, closed when its head is too large or late, or its answer is not read.

    Connections are counted by network, but behind a reverse proxy whose word is believed: all
    come from the proxy then, and the proxy counts.
    """

    of_network: ClassVar[Counter[str]] = Counter()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._network = ""
        self._head_bytes = 0
        self._in_head = True
        self._late: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it; one too many of its network is closed without a word."""
        super().connection_made(transport)
        self._expect_head()
        if self.config.proxy_headers:
            return
        self._network = asgi.network({"client": self.client})
        self.of_network[self._network] += 1
        if self.of_network[self._network] > PER_NETWORK:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._head_came()
        self._is_read()
        if self._network:
            self.of_network.subtract([self._network])
            if not self.of_network[self._network]:
                del self.of_network[self._network]
            self._network = ""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has grown too large."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.write(_TOO_LARGE)
                self.transport.close()
            elif self._late is None:  # between two requests something was sent that begins none
                self._expect_head()

    def on_message_begin(self) -> None:
        """A head begins to come."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._late is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._head_came()
        self._in_head = False
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next head, as long as a connection is kept alive."""
        super().on_response_complete()
        if self.cycle.response_complete and not self._in_head:
            self._in_head, self._head_bytes = True, 0

    def pause_writing(self) -> None:
        """What was written is not read: for so long and no longer."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It is read."""
        self._is_read()
        super().resume_writing()

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _expect_head(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
