"""The first ASGI layer: strict HTTP, limits of size and time, admission, security headers."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from kit import log
from kit.db import POOL_SIZE
from kit.words import text

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
SECURITY_HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
MAX_HEADERS = 80
MAX_HEADER_BYTES = 16 * 1024
MAX_URL_BYTES = 4 * 1024
MAX_BODY = 2 * 1024 * 1024
MAX_UPLOAD = 16 * 1024 * 1024
BODY_SECONDS = 30
BODY_BYTES_PER_SECOND = 50_000
IN_SERVICE = POOL_SIZE
QUEUE = 100
QUEUE_SECONDS = 10.0
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
METHODS = {"GET", "HEAD", "POST"}
# No path of ours has anything but plain ASCII, and a number in it is written one way only:
# int() would also read "1_0", "+1", " 1", "01" and the digits of other alphabets.
_ODD_PATH = re.compile(
    rb"//|\\|%00|%0[ad]|%2f|%5c|%20|%2b|%[89a-f][0-9a-f]|/\.{1,2}(/|$)|[^\x21-\x7e]"
    rb"|/(0|[+-])\d+(/|$)|/\d+(_\d+)+(/|$)",
    re.IGNORECASE,
)


class Stop(Exception):
    """An answer given at the door."""

    def __init__(self, status: int, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after_s = status, sentence, retry_after_s


class Gate:
    """Wraps the application; see the module's constants for the limits."""

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: frozenset[str],
        *,
        https: bool,
        places: int = IN_SERVICE,
    ) -> None:
        self.app = app
        self.allowed_hosts = allowed_hosts
        self.headers = list(SECURITY_HEADERS)
        if https:
            self.headers.append((b"strict-transport-security", b"max-age=31536000"))
        self.places = asyncio.Semaphore(places)
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let lifespan through, refuse websockets, check and serve HTTP."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        id_ = secrets.token_hex(8)
        log.request_id.set(id_)
        scope["state"] = {**scope.get("state", {}), "request_id": id_}
        sender = self._sender(scope, send, id_)
        try:
            headers = self._check_head(scope)
            if scope["method"] == "HEAD":  # every page has one: the same answer without its body
                scope, sender = {**scope, "method": "GET"}, _headless(sender)
            await self._serve(scope, headers, receive, sender)
        except Stop as stop:
            await _answer(sender, stop)

    async def _serve(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        self._choose_language(scope, headers)
        if scope["path"].startswith("/static/") or scope["path"] == "/health/live":
            await self.app(scope, receive, send)
            return
        body = await _read_body(headers, receive)
        scope["state"]["body"] = body
        # The answer is made whole first: who reads it slowly holds no place.
        answer: list[MutableMapping[str, Any]] = []
        await self._enter()
        try:
            await self.app(scope, _replay(body, receive), _into(answer))
        finally:
            self.places.release()
        for message in answer:
            await send(message)

    async def _enter(self) -> None:
        """Wait for one of the places in service; a full queue is told to come back."""
        if self.places.locked() and self.waiting >= QUEUE:
            raise Stop(503, "In questo momento siamo in tanti. Riprova tra poco.", 5)
        self.waiting += 1
        try:
            await asyncio.wait_for(self.places.acquire(), QUEUE_SECONDS)
        except TimeoutError as error:
            raise Stop(503, "In questo momento siamo in tanti. Riprova tra poco.", 5) from error
        finally:
            self.waiting -= 1

    def _check_head(self, scope: Scope) -> dict[bytes, bytes]:
        pairs: list[tuple[bytes, bytes]] = scope["headers"]
        if len(pairs) > MAX_HEADERS or sum(len(k) + len(v) for k, v in pairs) > MAX_HEADER_BYTES:
            raise Stop(431, "La richiesta ha intestazioni troppo lunghe.")
        raw_path = scope.get("raw_path") or scope["path"].encode()
        if len(raw_path) + len(scope["query_string"]) > MAX_URL_BYTES:
            raise Stop(414, "L'indirizzo è troppo lungo.")
        if scope["method"] not in METHODS:
            raise Stop(405, "Questo modo di chiedere non è previsto.")
        if _ODD_PATH.search(raw_path):
            raise Stop(404, "Questa pagina non esiste.")
        headers = dict(pairs)
        for name in (b"host", b"content-length", b"content-type", b"origin", b"cookie"):
            if sum(1 for key, _ in pairs if key == name) > 1:
                raise Stop(400, "La richiesta non si può leggere.")
        if b"transfer-encoding" in headers and b"content-length" in headers:
            raise Stop(400, "La richiesta non si può leggere.")
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if host.rsplit(":", 1)[0] not in self.allowed_hosts:
            raise Stop(400, "Questo indirizzo non è servito qui.")
        if scope["method"] in UNSAFE:
            _check_origin(headers, host)
        return headers

    def _choose_language(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        cookie = re.search(rb"(?:^|;\s*)language=([a-z]{2})(?:;|$)", headers.get(b"cookie", b""))
        chosen = cookie.group(1).decode() if cookie else ""
        if chosen not in text.LANGUAGES:
            chosen = text.negotiate(headers.get(b"accept-language", b"").decode("latin-1"))
        text.locale.set(chosen)

    def _sender(self, scope: Scope, send: Send, id_: str) -> Send:
        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                extra = [pair for pair in self.headers if pair[0] not in names]
                if b"cache-control" not in names:
                    extra.append((b"cache-control", b"no-store"))
                extra.append((b"x-request-id", id_.encode()))
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        return with_headers


def _check_origin(headers: dict[bytes, bytes], host: str) -> None:
    """Only forms of our own pages may change anything (also before anyone signed in)."""
    site = headers.get(b"sec-fetch-site", b"same-origin")
    origin = headers.get(b"origin")
    own = origin is None or origin.decode("latin-1").lower().split("://", 1)[-1] == host
    if site not in (b"same-origin", b"none") or not own:
        raise Stop(403, "Questo modulo non viene dalle nostre pagine. Ricarica e riprova.")


async def _read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Read the whole body before taking a place, within limits of size and time."""
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


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _headless(send: Send) -> Send:
    async def without_body(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return without_body


def _into(answer: list[MutableMapping[str, Any]]) -> Send:
    async def keep(message: MutableMapping[str, Any]) -> None:
        answer.append(message)

    return keep


async def _answer(send: Send, stop: Stop) -> None:
    """Answer in plain HTML without templates, database or session."""
    sentence = text.gettext(stop.sentence)
    body = (
        f'<!doctype html><html lang="{text.locale.get()}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>FareLegami</title>'
        f"<main><h1>FareLegami</h1><p>{sentence}</p>"
        f'<p><a href="/">{text.gettext("Vai alla pagina iniziale")}</a></p></main></html>'
    ).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(body)).encode()))
    if stop.retry_after_s is not None:
        headers.append((b"retry-after", str(stop.retry_after_s).encode()))
    await send({"type": "http.response.start", "status": stop.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
