"""Bodies, read whole before a request takes a place: within limits of size and of time.

Of a body that is too large the middle is thrown away as it comes, and the page says so: a
browser that is still sending when it is answered shows nothing but a broken connection.
"""

import asyncio
from typing import NamedTuple

from kit.http.asgi import Message, Receive, Stop

MAX_BODY = 2 * 1024 * 1024
MAX_UPLOAD = 16 * 1024 * 1024
MOST_THROWN_AWAY = 128 * 1024 * 1024
END = 64 * 1024
BODY_SECONDS = 30
BODY_BYTES_PER_SECOND = 50_000


class Cut(NamedTuple):
    """The two ends of a body that was larger than `most` bytes."""

    head: bytes
    tail: bytes
    most: int


async def read(headers: dict[bytes, bytes], receive: Receive) -> bytes | Cut:
    """Read the whole body, or its ends where it is too large.

    Raises Stop where it is far too large, too slow or cut short.
    """
    upload = headers.get(b"content-type", b"").startswith(b"multipart/")
    limit = MAX_UPLOAD if upload else MAX_BODY
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise Stop(400, "La richiesta non si può leggere.")
    if len(declared) > 12 or int(declared) > MOST_THROWN_AWAY:
        raise Stop(413, "Quello che hai mandato è troppo grande.")
    seconds = BODY_SECONDS + int(declared) / BODY_BYTES_PER_SECOND
    try:
        return await asyncio.wait_for(_collect(receive, limit), seconds)
    except TimeoutError as error:
        raise Stop(408, "L'invio è durato troppo. Controlla la linea e riprova.") from error


async def _collect(receive: Receive, limit: int) -> bytes | Cut:
    chunks, size = [], 0
    while True:
        chunk, more = await _next(receive)
        size += len(chunk)
        chunks.append(chunk)
        if size > limit:
            body = b"".join(chunks)
            return Cut(body[:END], await _last(receive, body[-END:], size, more=more), limit)
        if not more:
            return b"".join(chunks)


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


def replayed(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already to whoever reads it next."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
