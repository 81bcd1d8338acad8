"""The shapes of ASGI, and the plain answer of whoever stops a request before its page."""

from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
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
