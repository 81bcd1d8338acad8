"""Bodies: read whole, in time, and never more of them than may come."""

import asyncio
import tempfile

import pytest

from kit.http import bodies
from kit.http.asgi import Message, Receive, Stop

UPLOAD = {b"content-type": b"multipart/form-data; boundary=x"}


def coming(*pieces: bytes, whole: bool = True) -> Receive:
    """A browser that sends these pieces, and then goes away where they are not the whole."""
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    if whole:
        messages[-1]["more_body"] = False
    messages.append({"type": "http.disconnect"})
    left = iter(messages)

    async def receive() -> Message:
        return next(left)

    return receive


async def silence() -> Message:
    """A browser that says nothing more and stays."""
    await asyncio.Event().wait()
    raise AssertionError


def hesitating(piece: bytes) -> Receive:
    """A browser that sends this after a moment."""

    async def receive() -> Message:
        came = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, came.set)
        await came.wait()
        return {"type": "http.request", "body": piece, "more_body": False}

    return receive


def read(
    receive: Receive,
    limits: bodies.Allowance = bodies.FILES,
    room: bodies.Room | None = None,
    *,
    known: bool = True,
    **headers: bytes,
) -> bytes | bodies.Cut:
    """Read a body as the gate does; nothing of it is kept afterwards."""
    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    room = room or bodies.Room()

    async def is_known() -> bool:
        return known

    async def scene() -> bytes | bodies.Cut:
        found = await bodies.read(named, receive, limits, room, is_known)
        if isinstance(found, bodies.Cut):
            return found
        content = found.content()
        assert room.kept == found.size == len(content)
        found.close()
        return content

    try:
        return asyncio.run(scene())
    finally:
        assert room.kept == 0


def test_a_body_is_read_to_its_end_however_it_is_cut():
    assert read(coming(b"a=1", b"", b"&b=2")) == b"a=1&b=2"
    assert read(coming(b"")) == b""


def test_a_message_without_a_body_is_an_empty_one():
    async def receive() -> Message:
        return {"type": "http.request"}

    assert read(receive) == b""


@pytest.mark.parametrize(
    ("content_type", "most"),
    [
        (b"application/x-www-form-urlencoded", bodies.MAX_BODY),
        (b"text/x-multipart/form-data", bodies.MAX_BODY),
        (b"multipart/form-data; boundary=x", bodies.MAX_UPLOAD),
    ],
)
def test_what_is_sent_beyond_the_limit_is_read_to_its_end_and_only_its_ends_are_kept(
    content_type, most
):
    assert read(coming(b"x" * most), content_type=content_type) == b"x" * most
    pieces = (b"a" * bodies.END, b"x" * most, b"y" * bodies.END, b"the end")
    cut = read(coming(*pieces), content_type=content_type)
    assert isinstance(cut, bodies.Cut) and cut.most == most
    assert cut.head == b"a" * bodies.END
    assert cut.tail == b"y" * (bodies.END - 7) + b"the end"
    barely = read(coming(b"x" * (most + 1)), content_type=content_type)
    assert isinstance(barely, bodies.Cut) and barely.tail == b"x" * bodies.END


def test_what_is_far_too_large_is_refused_declared_or_not(monkeypatch):
    most = bodies.MOST_THROWN_AWAY
    with pytest.raises(Stop) as declared:
        read(silence, content_length=b"%d" % (most + 1))
    monkeypatch.setattr(bodies, "MOST_THROWN_AWAY", bodies.MAX_BODY + 10)
    with pytest.raises(Stop) as sent:
        read(coming(b"x" * bodies.MAX_BODY, b"x" * 10, b"x"))
    assert sent.value.status == declared.value.status == 413
    assert "troppo grande" in declared.value.sentence
    assert isinstance(read(coming(b"x" * bodies.MAX_BODY, b"x" * 10)), bodies.Cut)


def test_a_body_that_lies_about_its_length_is_counted_all_the_same():
    cut = read(coming(b"x" * bodies.MAX_BODY, b"xx"), content_length=b"10")
    assert isinstance(cut, bodies.Cut)


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (b"", 400),
        (b"-1", 400),
        (b"+1", 400),
        (b"1_0", 400),
        (b"1.0", 400),
        (b"\xb2", 400),
        (b"9" * 13, 413),
        (b"9" * 5000, 413),
    ],
)
def test_a_length_that_is_no_number_or_too_long_a_one_is_refused_unread(length, status):
    with pytest.raises(Stop) as stop:
        read(silence, content_length=length)
    assert stop.value.status == status


def test_a_line_that_breaks_in_the_middle_is_no_body():
    with pytest.raises(Stop, match="si è chiusa") as stop:
        read(coming(b"a=1", whole=False))
    assert stop.value.status == 400


def test_who_sends_too_slowly_is_told_and_a_large_body_has_longer(monkeypatch):
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.01)
    with pytest.raises(Stop, match="durato troppo") as stop:
        read(silence)
    assert stop.value.status == 408
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0)
    monkeypatch.setattr(bodies, "BODY_BYTES_PER_SECOND", 1)
    assert read(hesitating(b"x" * 40), content_length=b"40") == b"x" * 40
    with pytest.raises(Stop):
        read(hesitating(b"x" * 40))


def test_a_body_that_was_read_is_over_and_then_the_line_is_heard():
    async def scene() -> list[Message]:
        receive = bodies.nothing_more(coming(whole=False))
        return [await receive(), await receive()]

    assert asyncio.run(scene()) == [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]


def test_whoever_is_not_known_brings_little():
    pieces = (b"x" * bodies.MAX_OPEN, b"y")
    kind = b"multipart/form-data; boundary=x"
    assert read(coming(*pieces), content_type=kind) == b"".join(pieces)
    cut = read(coming(*pieces), content_type=kind, known=False)
    assert isinstance(cut, bodies.Cut) and cut.most == bodies.MAX_UPLOAD
    assert read(coming(pieces[0]), content_type=kind, known=False) == pieces[0]


def test_an_address_that_takes_no_form_reads_next_to_nothing():
    little = b"x" * bodies.MAX_STRAY
    assert read(coming(little), bodies.STRAY) == little
    assert isinstance(read(coming(little, b"y"), bodies.STRAY), bodies.Cut)


def test_all_bodies_together_have_a_bound():
    room = bodies.Room(most=100)
    room.take(60)
    with pytest.raises(Stop) as full:
        asyncio.run(kept(room, b"x" * 30, b"y" * 20))
    assert full.value.status == 503 and full.value.retry_after_s == 5
    assert room.kept == 60  # what had come of it is forgotten
    room.give(60)
    assert asyncio.run(kept(room, b"x" * 30, b"y" * 20)) == 50


def test_a_full_disk_is_said_and_nothing_of_the_body_stays(monkeypatch):
    class Full:
        def write(self, chunk: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None: ...

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda **_: Full())
    room = bodies.Room()
    with pytest.raises(Stop) as stop:
        asyncio.run(kept(room, b"x" * 30))
    assert stop.value.status == 507 and room.kept == 0


async def kept(room: bodies.Room, *pieces: bytes) -> int:
    """Read pieces and give how many bytes are kept for them."""

    async def is_known() -> bool:
        return True

    found = await bodies.read({}, coming(*pieces), bodies.OWN, room, is_known)
    assert isinstance(found, bodies.Body)
    return found.size


def test_a_text_that_is_too_large_is_answered_by_a_page_of_the_house(client):
    large = b"a=" + b"x" * bodies.MAX_BODY
    answer = client.post("/sign-in", content=large)
    assert answer.status_code == 413
    assert "È troppo grande" in answer.text and 'class="fl-brand"' in answer.text
    english = client.post("/sign-in", content=large, headers={"Accept-Language": "en"})
    assert english.status_code == 413 and '<html lang="en"' in english.text
    assert "too large" in english.text
