"""Bodies, read whole before a request takes a place: within limits of size, of time and of room.

What comes in is kept on the disk from a few pages on, and all that is kept at one time has a
bound of its own: however many send at once, the process does not grow with them. Of a body that
is too large the middle is thrown away as it comes, and the page says so: a browser that is still
sending when it is answered shows nothing but a broken connection.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from kit.http.asgi import Message, Receive, Stop

MAX_STRAY = 64 * 1024
MAX_OPEN = 512 * 1024
MAX_BODY = 2 * 1024 * 1024
MAX_UPLOAD = 16 * 1024 * 1024
MOST_THROWN_AWAY = 128 * 1024 * 1024
MOST_KEPT = 512 * 1024 * 1024
IN_MEMORY = 64 * 1024
END = 64 * 1024
BODY_SECONDS = 30
BODY_BYTES_PER_SECOND = 50_000


class Allowance(NamedTuple):
    """How many bytes an address takes: of a form, of one with a file, and before we know whom."""

    text: int
    upload: int
    unknown: int

    def of(self, headers: dict[bytes, bytes]) -> int:
        """The limit for a body of this type."""
        upload = headers.get(b"content-type", b"").startswith(b"multipart/")
        return self.upload if upload else self.text


STRAY = Allowance(MAX_STRAY, MAX_STRAY, MAX_STRAY)
OPEN = Allowance(MAX_OPEN, MAX_OPEN, MAX_OPEN)
OWN = Allowance(MAX_BODY, MAX_BODY, MAX_OPEN)
FILES = Allowance(MAX_BODY, MAX_UPLOAD, MAX_OPEN)


class Cut(NamedTuple):
    """The two ends of a body that was larger than `most` bytes."""

    head: bytes
    tail: bytes
    most: int


class Room:
    """How many bytes of bodies a process keeps at one time."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most, self.kept = most, 0

    def take(self, size: int) -> None:
        """Keep so many more; raises Stop where there is no room for them now."""
        if self.kept + size > self.most:
            raise Stop(503, "In questo momento arrivano troppi file. Riprova tra poco.", 5)
        self.kept += size

    def give(self, size: int) -> None:
        """Have room for so many again."""
        self.kept -= size


class Body:
    """A body as it came in; on the disk, in a file without a name, where it is not small."""

    def __init__(self, room: Room) -> None:
        self.size = 0
        self._room = room
        self._kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - see close

    def add(self, chunk: bytes) -> None:
        """Keep one more piece. Raises Stop where there is no room, in this process or on disk."""
        self._room.take(len(chunk))
        self.size += len(chunk)
        try:
            self._kept.write(chunk)
        except OSError as error:
            raise Stop(
                507, "Non c'è più spazio per quello che mandi. Riprova più tardi.", 60
            ) from error

    def content(self) -> bytes:
        """Give all of it."""
        self._kept.seek(0)
        return self._kept.read()

    def ends(self) -> tuple[bytes, bytes]:
        """Give its first and last END bytes."""
        self._kept.seek(0)
        first = self._kept.read(END)
        self._kept.seek(max(0, self.size - END))
        return first, self._kept.read()

    def close(self) -> None:
        """Forget it."""
        self._kept.close()
        self._room.give(self.size)
        self.size = 0


async def read(
    headers: dict[bytes, bytes],
    receive: Receive,
    limits: Allowance,
    room: Room,
    is_known: Callable[[], Awaitable[bool]],
) -> Body | Cut:
    """Read the whole body, or its ends where it is too large; the Body is the caller's to close.

    Whoever sends more than `limits.unknown` is asked for (`is_known`) before more is kept.
    Raises Stop where it is far too large, too slow, cut short, or where there is no room.
    """
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise Stop(400, "La richiesta non si può leggere.")
    if len(declared) > 12 or int(declared) > MOST_THROWN_AWAY:
        raise Stop(413, "Quello che hai mandato è troppo grande.")
    seconds = BODY_SECONDS + int(declared) / BODY_BYTES_PER_SECOND
    body = Body(room)
    try:
        async with asyncio.timeout(seconds):
            return await _collect(body, receive, limits.of(headers), limits.unknown, is_known)
    except TimeoutError as error:
        body.close()
        raise Stop(408, "L'invio è durato troppo. Controlla la linea e riprova.") from error
    except BaseException:
        body.close()
        raise


async def _collect(
    body: Body,
    receive: Receive,
    most: int,
    unknown: int,
    is_known: Callable[[], Awaitable[bool]],
) -> Body | Cut:
    limit = min(most, unknown)
    while True:
        chunk, more = await _next(receive)
        body.add(chunk)
        if body.size > limit and limit < most and await is_known():
            limit = most
        if body.size > limit:
            first, tail = body.ends()
            size = body.size
            body.close()
            return Cut(first, await _last(receive, tail, size, more=more), most)
        if not more:
            return body


async def _last(receive: Receive, tail: bytes, size: int, *, more: bool) -> bytes:
    """Throw away what still comes, but for the end."""
    while more:
        chunk, more = await _next(receive)
        size += len(chunk)
        if size > MOST_THROWN_AWAY:
            raise Stop(413, "Quello che hai mandato è troppo grande.")
        tail = (tail + chunk)[-END:]
    return tail


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Stop(400, "La connessione si è chiusa.")
    return message.get("body", b""), bool(message.get("more_body"))


def nothing_more(receive: Receive) -> Receive:
    """For whoever reads next: the body was read already, what the line says then is heard."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return replay
