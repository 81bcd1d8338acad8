"""Places in service: who is slow on the line waits outside, with a request or with an answer."""

import asyncio
import contextlib
import gc

import pytest

from kit import clock, db
from kit.http import gate
from kit.settings import settings
from people import proofs, sign_ins
from tests import make
from tests.waiting import until

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "headers": [(b"host", b"x")],
}


async def nothing() -> dict:
    return {"type": "http.request", "body": b"", "more_body": False}


async def page(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 500_000})


async def ask(
    door: gate.Gate,
    reading: asyncio.Event | None = None,
    stuck: list[dict] | None = None,
    **scope,
) -> list[dict]:
    """One request by a client who reads nothing of the answer before `reading` is set.

    The piece that is offered in vain is put into `stuck` meanwhile.
    """
    received: list[dict] = []

    async def send(message) -> None:
        if reading is not None and stuck is not None:
            stuck.append(message)
            await reading.wait()
        received.append(message)

    await door({**SCOPE, **scope}, nothing, send)
    return received


def test_who_does_not_read_the_answer_holds_no_place():
    async def scene() -> list[dict]:
        door, reading = gate.Gate(page, frozenset({"x"}), https=False, places=2), asyncio.Event()
        stuck: list[dict] = []
        slow = [asyncio.create_task(ask(door, reading, stuck)) for _ in range(6)]
        async with asyncio.timeout(10):
            while len(stuck) < 6:
                await asyncio.sleep(0)
        served = await asyncio.wait_for(ask(door), 1)
        reading.set()
        await asyncio.gather(*slow)
        return served

    start, body = asyncio.run(scene())
    assert start["status"] == 200 and len(body["body"]) == 500_000


def test_the_places_are_those_of_the_pool(application):
    """Never more requests in service than connections, whatever the operator chose."""
    assert application.asgi_handler.places.total == settings().pool_size


def test_a_page_that_fails_gives_its_place_back():
    async def broken(scope, receive, send) -> None:
        raise RuntimeError

    async def scene() -> int:
        door = gate.Gate(broken, frozenset({"x"}), https=False, places=1)
        for _ in range(3):
            with contextlib.suppress(RuntimeError):
                await asyncio.wait_for(ask(door), 1)
        return len(door.places.in_service)

    assert asyncio.run(scene()) == 0


def test_who_asks_for_the_head_gets_it_without_the_page():
    async def scene() -> list[dict]:
        return await ask(gate.Gate(page, frozenset({"x"}), https=False), method="HEAD")

    messages = asyncio.run(scene())
    assert messages[0]["status"] == 200
    assert all(not message.get("body") for message in messages[1:])


@pytest.mark.parametrize("cookie", ["x" * 43, "own"], ids=["unknown cookie", "foreign form"])
def test_who_is_refused_before_the_page_gives_the_connection_back(client, committed, cookie):
    """At once, not when the garbage is collected: eight such requests would stop a process."""
    db.configure(committed.engine)
    if cookie == "own":
        with db.transaction() as session:
            cookie = sign_ins.open_session(
                session,
                make.person(session).id,
                "",
                clock.now(session),
                proofs.BY_PASSWORD_AND_CODE,
            )
    client.cookies.set(sign_ins.COOKIE, cookie)
    gc.collect()
    gc.disable()
    try:
        for _ in range(12):
            answer = client.post("/sign-out", data={"csrf": "0"}, follow_redirects=False)
            assert answer.status_code in (303, 403)
            until(lambda: committed.engine.pool.checkedout() == 0, "the connection's return", 1)
    finally:
        gc.enable()
