"""The plain answer of whoever stops a request before its page."""

import asyncio

import pytest

from kit.http.asgi import Message, Stop, answer
from kit.words import text


def answered(stop: Stop) -> tuple[Message, str]:
    """What is sent for a stop: its start, and its body as text."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(answer(send, stop))
    start, body = sent
    assert (start["type"], body["type"]) == ("http.response.start", "http.response.body")
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()
    return start, body["body"].decode()


def test_a_stop_is_answered_with_its_status_its_sentence_and_a_way_home():
    start, body = answered(Stop(413, "Quello che hai mandato è troppo grande."))
    assert start["status"] == 413
    assert "<p>Quello che hai mandato è troppo grande.</p>" in body
    assert 'href="/"' in body and '<html lang="it">' in body
    headers = dict(start["headers"])
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert headers[b"connection"] == b"close", "the rest of what is sent is not read as a request"


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, None), (0, b"0"), (5, b"5")], ids=["never", "now", "soon"]
)
def test_only_a_stop_that_passes_says_when_to_come_back(seconds, said):
    start, _ = answered(Stop(503, "In questo momento siamo in tanti.", seconds))
    assert dict(start["headers"]).get(b"retry-after") == said


def test_what_a_stop_quotes_runs_nowhere():
    _, body = answered(Stop(400, "<script>alert('x')</script> & altro"))
    assert "&lt;script&gt;" in body and "&amp; altro" in body and "<script" not in body


def test_a_stop_speaks_the_language_of_who_asked():
    token = text.locale.set("en")
    try:
        _, body = answered(Stop(408, "L'invio è durato troppo. Controlla la linea e riprova."))
    finally:
        text.locale.reset(token)
    assert '<html lang="en">' in body and "durato" not in body and "iniziale" not in body
