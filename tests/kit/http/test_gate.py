"""The first ASGI layer: what it refuses before anything else looks at it."""

import asyncio
import weakref

import pytest

from kit.http import gate, places
from tests.forms import forms


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1:evil",
        "127.0.0.1:80@evil.example",
        "evil@127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:80:80",
        "127.0.0.1:123456",
        "[127.0.0.1]",
        "",
    ],
)
def test_a_foreign_or_broken_host_is_refused(client, host):
    for path in ("/health/live", "/sign-in", "/missing"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400 and "non è servito qui" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "LOCALHOST:80"])
def test_our_own_hosts_are_served_at_any_port(client, host):
    assert client.get("/sign-in", headers={"Host": host}).status_code == 200


def test_a_worker_and_a_manifest_may_come_from_here_only(client):
    policy = client.get("/sign-in").headers["content-security-policy"].split("; ")
    assert {"worker-src 'self'", "manifest-src 'self'"} <= set(policy)


def test_what_even_the_page_of_an_error_cannot_say_is_answered_plainly():
    async def broken(scope, receive, send):
        raise RuntimeError

    answers: list[dict] = []

    async def send(message):
        answers.append(message)

    asyncio.run(_asked(broken, send))
    start, body = answers
    assert start["status"] == 500 and "Riprova tra poco" in body["body"].decode()


def test_an_answer_that_was_sent_is_not_kept_by_whoever_keeps_the_request():
    class Page(dict):
        """A message that tells when it is let go."""

    kept: list[tuple[object, weakref.ref]] = []

    async def page(scope, receive, send):
        head, body = Page(type="http.response.start", status=200, headers=[]), Page()
        body |= {"type": "http.response.body", "body": b"x" * 300_000}
        kept.extend((send, weakref.ref(message)) for message in (head, body))
        await send(head)
        await send(body)

    async def read(message):
        pass

    asyncio.run(_asked(page, read))
    assert [told() for _, told in kept] == [None, None]


async def _asked(app, send) -> None:
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/"}
    scope |= {"query_string": b"", "headers": [(b"host", b"x")]}
    await gate.Gate(app, frozenset({"x"}), https=False)(scope, receive, send)


@pytest.mark.parametrize(
    "path",
    ["//sign-in", "/sign%2fin", "/account%00", "/a\\b", "/%0d%0aSet-Cookie"],
)
def test_an_odd_path_is_absent(client, path):
    request = client.build_request("GET", "https://testserver.local/")
    request.url = request.url.copy_with(raw_path=path.encode())
    assert client.send(request).status_code == 404


@pytest.mark.parametrize("number", ["01", "+1", "1_0", "%201", "%D9%A1", "-1", "1%2B"])
def test_a_number_in_an_address_is_written_one_way_only(client, number):
    request = client.build_request("GET", "https://testserver.local/")
    request.url = request.url.copy_with(raw_path=f"/calls/{number}".encode())
    assert client.send(request).status_code == 404


@pytest.mark.parametrize(
    ("path", "good"),
    [
        *(
            (path, True)
            for path in ("/", "/calls", "/calls/10", "/links/aB-_9", "/static/a.0b.css")
        ),
        *((path, True) for path in ("/centres/1/pickups/2026-12-01", "/calls/0")),
        *((path, False) for path in ("", "/calls/", "/./calls", "/calls/..", "/calls/../x", "//")),
        *(
            (path, False)
            for path in ("/calls/%31", "/c%61lls", "/calls/1%09", "/calls/1;a", "/a b")
        ),
        *((path, False) for path in ("/calls/00", "/calls/1_0", "/calls/1+", "/calls/\u0663")),
    ],
)
def test_an_address_is_written_one_way_only(path, good):
    assert (gate._PATH.fullmatch(path.encode()) is not None) is good


def test_a_long_address_and_many_headers_are_refused(client):
    assert client.get("/sign-in?q=" + "a" * 5000).status_code == 414
    many = {f"X-{n}": "1" for n in range(100)}
    assert client.get("/sign-in", headers=many).status_code == 431


def test_other_methods_are_refused(client):
    for method in ("PUT", "DELETE", "TRACE", "OPTIONS"):
        assert client.request(method, "/sign-in").status_code == 405


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"email=%ff"),
        ("application/x-www-form-urlencoded", b"em%00ail=a"),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(7000))),
        ("text/plain", b'{"email": 1}'),
        ("application/json", b"[" * 100_000),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 200_000),
        ("application/x-www-form-urlencoded; charset=utf-7", b"email=a"),
    ],
)
def test_a_body_no_browser_sends_is_a_clear_400(client, content_type, body):
    answer = client.post("/sign-in", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_every_answer_carries_the_security_headers(client):
    for path in ("/sign-in", "/missing", "/health/live", "//x"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == gate.CSP
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]
    assert client.get("/sign-in").headers["cache-control"] == "no-store"


def test_a_number_no_table_can_hold_is_absent(client, session, sign_in):
    from tests import make

    sign_in(client, make.person(session))
    for id_ in ("0", "99999999999999999999", "9" * 40, "1_0", "%D9%A1", "%201", "-1"):
        assert client.get(f"/group-orders/{id_}/booking").status_code == 404


def test_a_full_house_tells_the_next_to_come_back():
    """With every place and the queue taken, one more is answered 503 with Retry-After.

    A form that was turned away is held by the answer, which sends it again.
    """
    sent = b"csrf=x&name=Orto+%3Cdi%3E+casa&name=due"

    async def scene() -> list[dict]:
        inside = asyncio.Event()

        async def slow(scope, receive, send):
            await inside.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        door = gate.Gate(slow, frozenset({"x"}), https=False)

        async def ask(method: str = "GET") -> dict:
            answers: list[dict] = []
            posts = method == "POST"

            async def send(message):
                answers.append(message)

            async def receive():
                return {"type": "http.request", "body": sent if posts else b"", "more_body": False}

            length = (b"content-length", str(len(sent)).encode())
            kind = (b"content-type", b"application/x-www-form-urlencoded")
            scope = {
                "type": "http",
                "method": method,
                "path": "/producers",
                "raw_path": b"/producers",
                "query_string": b"a=1&b=2" if posts else b"",
                "headers": [(b"host", b"x"), *([length, kind] if posts else [])],
            }
            await door(scope, receive, send)
            return {**answers[-1], **answers[0]}

        served, queue = 4, places.NETWORK_WAITS  # of one network, of which all of these come
        crowd = [asyncio.create_task(ask()) for _ in range(served + queue)]
        async with asyncio.timeout(10):
            while (len(door.places.in_service), len(door.places.waiting)) != (served, queue):
                await asyncio.sleep(0)
        turned_away, held = await ask(), await ask("POST")
        inside.set()
        return [turned_away, held, *await asyncio.gather(*crowd)]

    turned_away, held, *served = asyncio.run(scene())
    (again,) = [each for each in forms(held["body"].decode()) if each.fields]
    assert held["status"] == 503 and again.action == "/producers?a=1&b=2"
    assert [(each.name, each.value) for each in again.fields] == [
        ("csrf", "x"),
        ("name", "Orto <di> casa"),
        ("name", "due"),
    ]
    assert turned_away["status"] == 503
    assert (b"retry-after", b"5") in turned_away["headers"]
    assert {answer["status"] for answer in served} == {200}
