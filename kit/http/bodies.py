"""Bodies, read whole before a request takes a place: within limits of size and of time."""

import asyncio

from kit.http.asgi import Message, Receive, Stop

MAX_BODY = 2 * 1024 * 1024
MAX_UPLOAD = 16 * 1024 * 1024
BODY_SECONDS = 30
BODY_BYTES_PER_SECOND = 50_000


async def read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Read the whole body; raises Stop where it is too large, too slow or cut short."""
    upload = headers.get(b"content-type", b"").startswith(b"multipart/")
    limit = MAX_UPLOAD if upload else MAX_BODY
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise Stop(400, "La richiesta non si può leggere.")
    if len(declared) > 12 or int(declared) > limit:
        raise Stop(413, "Quello che hai mandato è troppo grande.")
    seconds = BODY_SECONDS + int(declared) / BODY_BYTES_PER_SECOND
    try:
        return await asyncio.wait_for(_collect(receive, limit), seconds)
    except TimeoutError as error:
        raise Stop(408, "L'invio è durato troppo. Controlla la linea e riprova.") from error


async def _collect(receive: Receive, limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Stop(400, "La connessione si è chiusa.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Stop(413, "Quello che hai mandato è troppo grande.")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


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
