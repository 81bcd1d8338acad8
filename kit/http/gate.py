"""The first ASGI layer: strict HTTP, admission, security headers; each request is watched."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable
from time import monotonic

from kit import log, meters
from kit.db import POOL_SIZE
from kit.http import again, asgi, bodies
from kit.http.asgi import ASGIApp, Message, Receive, Scope, Send, Stop
from kit.http.carried import LARGEST
from kit.http.places import ENTRY, Full, Places, Ticket
from kit.http.routes import Routes
from kit.http.watch import Watch
from kit.words import text

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),  # where the answer itself does not say otherwise
]
MAX_HEADERS = 80
MAX_HEADER_BYTES = 16 * 1024
MAX_URL_BYTES = 4 * 1024
IN_SERVICE = POOL_SIZE
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
METHODS = {"GET", "HEAD", "POST"}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:@/\[\]]+)(?::[0-9]{1,5})?")
_ONCE = frozenset({b"host", b"content-length", b"content-type", b"origin", b"cookie"})
# A path where no page is.
ABSENT = "/absent"
# Every address is written in one way: pieces of plain letters, digits and these signs, without an
# escape, an empty piece or one of dots alone; a number as `str` writes it. int() would also read
# "1_0", "+1", " 1", "01" and the digits of other alphabets.
_PIECE = rb"(?!\.{1,2}(?:/|$))(?!0\d+(?:/|$))(?!\d+(?:_\d+)+(?:/|$))[A-Za-z0-9._~-]+"
_PATH = re.compile(rb"/|(?:/%s)+" % _PIECE)


class Gate:
    """Wraps the application; see the module's constants for the limits.

    `is_session(token)` says whether a session's token is good; it runs in a worker thread.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: frozenset[str],
        *,
        https: bool,
        places: int = IN_SERVICE,
        routes: Routes | None = None,
        cookie: str = "",
        is_session: Callable[[str], bool] = bool,
    ) -> None:
        self.app = app
        self.allowed_hosts = allowed_hosts
        self.headers = list(SECURITY_HEADERS)
        if https:
            self.headers.append((b"strict-transport-security", b"max-age=31536000"))
        self.places = Places(places)
        self.room = bodies.Room()
        self.routes = routes or Routes()
        self._cookie = re.compile(rb"(?:^|;\s*)%s=([^;]*)" % re.escape(cookie.encode()))
        self._is_session = is_session

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
        # The server's own stays as it is: what it does with HEAD depends on it.
        scope = {**scope, "state": {**scope.get("state", {}), "request_id": id_}}
        watch = Watch(scope)
        sender = self._sender(send, id_, watch)
        try:
            headers = self._check_head(scope)
            if scope["method"] == "HEAD":  # every page has one: the same answer without its body
                scope["method"], sender = "GET", _headless(sender)
            await self._serve(scope, headers, receive, sender, watch=watch)
        except Stop as stop:
            await asgi.answer(sender, stop)

    async def _serve(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
        *,
        watch: Watch,
    ) -> None:
        text.locale.set(_language(headers))
        if scope["path"].startswith("/static/") or scope["path"] == "/health/live":
            await self.app(scope, receive, send)
            return
        rule, token = self.routes.rule(scope["method"], scope["path"]), self._token(headers)
        network = asgi.network(scope)

        async def is_known() -> bool:
            return bool(token) and await self._known(token, network)

        whole = await bodies.read(headers, receive, rule.limits, self.room, is_known)
        watch.body_is_in()
        cut, body = (whole, None) if isinstance(whole, bodies.Cut) else (None, whole)
        scope["state"].update(body=body, cut=cut, whole_at=monotonic())
        try:
            ticket = Ticket(rule.lane, _person(token), network)
            answer = await self._answer(scope, headers, receive, ticket=ticket, watch=watch)
        finally:
            scope["state"].pop("body")
            if body is not None:
                body.close()
        try:
            for message in answer:
                await send(message)
        finally:
            # A template's context and what it was rendered for hold each other until garbage is
            # searched for, and with them the way in which this list was filled.
            answer.clear()

    async def _answer(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        *,
        ticket: Ticket,
        watch: Watch,
    ) -> list[Message]:
        """Make the answer whole in a place in service: who reads it slowly holds none."""
        answer: list[Message] = []
        try:
            await self._enter(ticket)
        except Stop as full:
            full.more = _sent_again(scope, headers)
            raise
        watch.in_service()
        try:
            await self.app(scope, bodies.nothing_more(receive), _into(answer))
        except Exception as error:  # even the page of an error failed: a disk may be full
            log.logger.error("unanswered", exc_info=error)
            broken = Stop(500, "Qualcosa si è rotto da noi. Riprova tra poco.")
            broken.more = _sent_again(scope, headers)
            raise broken from error
        finally:
            self.places.leave(ticket)
        return answer

    async def _enter(self, ticket: Ticket) -> None:
        """Wait for one of the places in service; who gets none in time is told to come back."""
        try:
            await self.places.enter(ticket)
        except Full as error:
            meters.request_turned_away()
            raise Stop(503, "In questo momento siamo in tanti. Riprova tra poco.", 5) from error

    async def _known(self, token: str, network: str) -> bool:
        """Ask the database whether this is a session's token: before much is read from it."""
        ticket = Ticket(ENTRY, _person(token), network)
        await self._enter(ticket)
        try:
            return await asyncio.to_thread(self._is_session, token)
        finally:
            self.places.leave(ticket)

    def _token(self, headers: dict[bytes, bytes]) -> str:
        found = self._cookie.search(headers.get(b"cookie", b""))
        return found.group(1).decode("latin-1") if found else ""

    def _check_head(self, scope: Scope) -> dict[bytes, bytes]:
        pairs: list[tuple[bytes, bytes]] = scope["headers"]
        if len(pairs) > MAX_HEADERS or sum(len(k) + len(v) for k, v in pairs) > MAX_HEADER_BYTES:
            raise Stop(431, "La richiesta ha intestazioni troppo lunghe.")
        raw_path = scope.get("raw_path") or scope["path"].encode()
        if len(raw_path) + len(scope["query_string"]) > MAX_URL_BYTES:
            raise Stop(414, "L'indirizzo è troppo lungo.")
        if scope["method"] not in METHODS:
            raise Stop(405, "Questo modo di chiedere non è previsto.")
        if not _PATH.fullmatch(raw_path.partition(b"?")[0]):
            # No page of ours: absent like any other, in the frame and language of the house.
            scope["path"], scope["raw_path"] = ABSENT, ABSENT.encode()
        headers: dict[bytes, bytes] = {}
        for name, value in pairs:
            if name in _ONCE and name in headers:
                raise Stop(400, "La richiesta non si può leggere.")
            headers[name] = value
        if b"transfer-encoding" in headers and b"content-length" in headers:
            raise Stop(400, "La richiesta non si può leggere.")
        host = headers.get(b"host", b"").decode("latin-1").lower()
        named = _HOST.fullmatch(host)
        if named is None or named.group(1) not in self.allowed_hosts:
            raise Stop(400, "Questo indirizzo non è servito qui.")
        if scope["method"] in UNSAFE:
            _check_origin(headers, host)
        return headers

    def _sender(self, send: Send, id_: str, watch: Watch) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                watch.answered(message["status"])
                given = message["headers"]
                names = {name.lower() for name, _ in given}
                extra = [pair for pair in self.headers if pair[0] not in names]
                message["headers"] = [*given, *extra, (b"x-request-id", id_.encode())]
            await send(message)

        return with_headers


def _sent_again(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """The form that sends again what was turned away; nothing for a large one, or a line's."""
    body: bodies.Body | None = scope["state"].get("body")
    if scope["method"] != "POST" or b"hx-request" in headers:
        return ""
    if body is None or body.size > LARGEST:
        return ""
    bare = scope.get("raw_path") or scope["path"].encode()
    path = b"?".join(part for part in (bare, scope["query_string"]) if part).decode("latin-1")
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    found = again.read(path, content_type, body.content())
    return "" if found is None else again.plain(found)


def _language(headers: dict[bytes, bytes]) -> str:
    """The language chosen here before, or the first of the browser's that we speak."""
    cookie = re.search(rb"(?:^|;\s*)language=([a-z]{2})(?:;|$)", headers.get(b"cookie", b""))
    chosen = cookie.group(1).decode() if cookie else ""
    if chosen in text.LANGUAGES:
        return chosen
    return text.negotiate(headers.get(b"accept-language", b"").decode("latin-1"))


def _check_origin(headers: dict[bytes, bytes], host: str) -> None:
    """Only forms of our own pages may change anything (also before anyone signed in)."""
    site = headers.get(b"sec-fetch-site", b"same-origin")
    origin = headers.get(b"origin")
    own = origin is None or origin.decode("latin-1").lower().split("://", 1)[-1] == host
    if site not in (b"same-origin", b"none") or not own:
        raise Stop(403, "Questo modulo non viene dalle nostre pagine. Ricarica e riprova.")


def _person(token: str) -> str:
    """Whose share a request takes from: that of its session, whether or not it is a good one."""
    return hashlib.sha256(token.encode("latin-1")).hexdigest() if token else ""


def _headless(send: Send) -> Send:
    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return without_body


def _into(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep
