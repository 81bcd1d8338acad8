"""The shapes of ASGI, and the plain answer of whoever stops a request before its page."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from html import escape
from ipaddress import ip_network
from typing import Any

from kit.words import text

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class Stop(Exception):
    """An answer given at the door."""

    def __init__(self, status: int, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after_s = status, sentence, retry_after_s
        self.more = ""  # HTML below the sentence


async def answer(send: Send, stop: Stop) -> None:
    """Answer in plain HTML without templates, database or session."""
    sentence = escape(text.gettext(stop.sentence))
    body = (
        f'<!doctype html><html lang="{text.locale.get()}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>FareLegami</title>'
        f"<main><h1>FareLegami</h1><p>{sentence}</p>{stop.more}"
        f'<p><a href="/">{text.gettext("Vai alla pagina iniziale")}</a></p></main></html>'
    ).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(body)).encode()))
    if stop.retry_after_s is not None:
        headers.append((b"retry-after", str(stop.retry_after_s).encode()))
    await send({"type": "http.response.start", "status": stop.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def network(scope: Mapping[str, object]) -> str:
    """The network address a request came from (the reverse proxy's word is the server's).

    Of IPv6 the first 64 bits: the rest is the subscriber's to choose anew for every try.
    """
    client = scope.get("client")
    host = str(client[0]) if isinstance(client, list | tuple) else "unknown"
    try:
        return str(ip_network(f"{host}/64", strict=False)) if ":" in host else host
    except ValueError:
        return host
