"""Bytes on the wire: what no client library would let itself be talked into sending."""

import re
import socket
from dataclasses import dataclass
from pathlib import Path

# What only the inside of the application knows and no answer may say.
HOME = re.escape(str(Path(__file__).parents[2]))
INTERNAL = re.compile(
    r"Traceback|File \"|\.py\b|sqlalchemy|psycopg|litestar|uvicorn|select .* from|/site-pa|" + HOME,
    re.IGNORECASE,
)


@dataclass
class Answer:
    status: int
    head: str
    body: bytes
    answers: int

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def send(port: int, *pieces: bytes, timeout: float = 10) -> Answer:
    """Send bytes as they are and read until the server closes or has answered once."""
    with socket.create_connection(("127.0.0.1", port), timeout) as line:
        received = b""
        try:
            for piece in pieces:
                line.sendall(piece)
        except OSError:
            pass
        try:
            while piece := line.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 (\d{3})", head)
    count = len(re.findall(rb"HTTP/1\.1 \d{3} ", received))
    return Answer(int(status.group(1)) if status else 0, head.decode("latin-1"), body, count)


def request(
    line: str | bytes, *headers: str | bytes, body: bytes = b"", host: bool = True
) -> bytes:
    """Put a request together; nothing is checked, corrected or added but Host and close."""
    lines = [line, *(["Host: 127.0.0.1", "Connection: close"] if host else []), *headers]
    raw = [part if isinstance(part, bytes) else part.encode("latin-1") for part in lines]
    return b"\r\n".join(raw) + b"\r\n\r\n" + body


def form(path: str, body: bytes, *headers: str | bytes, kind: str | None = None) -> bytes:
    """Put a POST together with the length of its body."""
    kind = kind or "application/x-www-form-urlencoded"
    sized = (f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    return request(f"POST {path} HTTP/1.1", *sized, *headers, body=body)
