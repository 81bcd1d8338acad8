"""A provider of our own that answers as it is told: honestly, or as a hostile one would."""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

L1, L2, L3 = (f"https://www.spid.gov.it/SpidL{n}" for n in (1, 2, 3))
PERSON = {
    "sub": "AGID-0001",
    "given_name": "Mario",
    "family_name": "Rossi",
    "birthdate": "1980-01-01",
    "fiscal_number": "TINIT-RSSMRA80A01D150J",
    "email": "mario.rossi@esempio.it",
    "email_verified": True,
}
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})


@dataclass
class Hostile:
    """What the provider says. `forget` brings the honest answers back."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    me: Any = None
    key: RSAKey = field(default_factory=lambda: KEY)
    published: list[RSAKey] = field(default_factory=lambda: [KEY])
    sign: Callable[[dict[str, Any]], str] | None = None
    token: dict[str, Any] = field(default_factory=dict)
    # What a path answers instead: a function that writes to the handler.
    instead: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Be honest again."""
        new = Hostile()
        for name in ("claims", "document", "me", "key", "published", "sign", "token", "instead"):
            setattr(self, name, getattr(new, name))
        self.asked.clear()

    def authorize(self, address: str) -> dict[str, str]:
        """Play the person and their browser: give what comes back with a visit to an address."""
        query = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def said(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/me",
            "end_session_endpoint": f"{self.issuer}/out",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.document,
        }

    def tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Give a code's token once, to whoever knows the verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or asked["code_challenge"] != _b64(digest):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": PERSON["sub"],
            "aud": "farelegami",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": L2,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.sign(claims) if self.sign else self.signed(claims)
        answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": token, **self.token}
        return 200, {name: value for name, value in answer.items() if value is not None}

    def signed(self, claims: dict[str, Any]) -> str:
        """Sign as an honest provider does."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


def unsigned(claims: dict[str, Any]) -> str:
    """A token that nobody signed."""
    header = _b64(json.dumps({"alg": "none"}).encode())
    return f"{header}.{_b64(json.dumps(claims).encode())}."


def by_public_key(claims: dict[str, Any]) -> str:
    """A token by HS256, for which the secret is the public key that everybody can read."""
    header = _b64(json.dumps({"alg": "HS256", "kid": "one"}).encode())
    body = f"{header}.{_b64(json.dumps(claims).encode())}"
    public = KEY.as_pem(private=False)
    return f"{body}.{_b64(hmac.new(public, body.encode(), sha256).digest())}"


def huge(handler: BaseHTTPRequestHandler) -> None:
    """More than anybody wants to read."""
    _answer(handler, 200, b'{"issuer": "' + b"x" * 600_000 + b'"}')


def redirect(handler: BaseHTTPRequestHandler) -> None:
    """Somewhere else, perhaps."""
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:9/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def packed(handler: BaseHTTPRequestHandler) -> None:
    """A few bytes that may be gigabytes."""
    _answer(handler, 200, b"\x1f\x8b", encoding="gzip")


def nested(handler: BaseHTTPRequestHandler) -> None:
    """JSON deeper than any parser goes."""
    _answer(handler, 200, b"[" * 100_000)


def no_json(handler: BaseHTTPRequestHandler) -> None:
    """A page."""
    _answer(handler, 200, b"<html>", kind="text/html")


def out_of_order(handler: BaseHTTPRequestHandler) -> None:
    """It cannot answer now."""
    _answer(handler, 503, b"later")


def dripping(ended: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    """A head of which a byte comes now and then, until the test has `ended`."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not ended.wait(0.2):
            try:
                handler.wfile.write(b".")
                handler.wfile.flush()
            except OSError:
                return

    return drip


@contextmanager
def listening() -> Iterator[Hostile]:
    """Let it answer on a free port of 127.0.0.1."""
    found = Hostile()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found.asked.append(path)
            if path in found.instead:
                self.close_connection = True
                found.instead[path](self)
                return
            if path == "/.well-known/openid-configuration":
                self._json(200, found.said())
            elif path == "/keys":
                self._json(200, KeySet(list(found.published)).as_dict(private=False))
            elif path == "/me" and self.headers["Authorization"] == "Bearer opaque":
                self._me()
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.asked.append(self.path)
            if self.path in found.instead:
                self.close_connection = True
                found.instead[self.path](self)
                return
            self._json(*found.tokens({name: all_[0] for name, all_ in parse_qs(body).items()}))

        def _me(self) -> None:
            said = PERSON if found.me is None else found.me
            if isinstance(said, str):
                _answer(self, 200, said.encode(), kind="application/jwt")
            else:
                self._json(200, said)

        def _json(self, status: int, value: Any) -> None:
            _answer(self, status, json.dumps(value).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def _answer(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    *,
    kind: str = "application/json",
    encoding: str = "",
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    if encoding:
        handler.send_header("Content-Encoding", encoding)
    handler.end_headers()
    with suppress(OSError):  # whoever asked may have gone
        handler.wfile.write(body)


def _b64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
