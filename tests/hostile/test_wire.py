"""Raw requests against the application as it is served."""

import re
import socket
import time

import httpx
import pytest

from kit import clock, db
from people import proofs, sign_ins
from tests import make
from tests.hostile.wire import INTERNAL, form, request, send
from tests.served import serving

GET = "GET /sign-in HTTP/1.1"
LONG = "a" * 65_536


@pytest.fixture(scope="module")
def token(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        person = make.person(session)
        return sign_ins.open_session(
            session, person.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )


@pytest.fixture(scope="module")
def served(committed, token, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with serving(committed.app_url, committed.owner_url, folder, workers=1) as found:
        yield found


def check(answer, *statuses: int) -> None:
    assert answer.status in statuses, (answer.head, answer.text[:300])
    assert answer.answers == 1, "one request, one answer"
    assert not INTERNAL.search(answer.text), answer.text[:300]


HEADS = {
    "two hosts": (
        request(GET, "Host: 127.0.0.1", "Host: evil.example", "Connection: close", host=False),
        (400,),
    ),
    "no host": (request(GET, "Connection: close", host=False), (400,)),
    "foreign host": (request(GET, "Host: evil.example", "Connection: close", host=False), (400,)),
    "absolute address": (request("GET http://evil.example/sign-in HTTP/1.1"), (200, 400, 404)),
    "odd target": (request("GET sign-in HTTP/1.1"), (400, 404)),
    "asterisk": (request("OPTIONS * HTTP/1.1"), (400, 404, 405)),
    "connect": (request("CONNECT evil.example:443 HTTP/1.1"), (400, 404, 405)),
    "10,000 headers": (request(GET, *(f"X-{n}: 1" for n in range(10_000))), (400, 431)),
    "64 KB address": (request(f"GET /sign-in?q={LONG} HTTP/1.1"), (400, 414)),
    "64 KB header": (request(GET, f"X-Long: {LONG}"), (400, 431)),
    "folded header": (request(GET, "X-Fold: a", " b"), (200, 400)),
    "blank before colon": (request(GET, "Host : evil.example"), (400,)),
    "nul in header": (request(GET, b"X-Nul: a\x00b"), (200, 400)),
    "nul in path": (request(b"GET /sign\x00in HTTP/1.1"), (400, 404)),
    "raw bytes in path": (request(b"GET /\xff\xfe HTTP/1.1"), (400, 404)),
    "raw bytes in query": (request(b"GET /sign-in?next=\xff HTTP/1.1"), (200, 400)),
    "encoded bytes": (request("GET /sign-in?next=%ff%00%ed%a0%80 HTTP/1.1"), (200, 400)),
    "encoded bytes in path": (
        request("GET /links/%ed%a0%80%ff%f0aaaaaaaaaaaaaaaaaaaa HTTP/1.1"),
        (404, 410),
    ),
    "same name twice": (request("GET /sign-in?next=/a&next=/b HTTP/1.1"), (200, 400)),
    "raw token header": (request(GET, b"X-CSRF-Token: \xe8\xff"), (200,)),
    "raw cookie": (request(GET, b"Cookie: session=\xff\xfe\xe8; notice=\xff"), (200,)),
    "surrogate cookie": (
        request(GET, b'Cookie: session="\\355\\240\\200aaaaaaaaaaaaaaaaaaaa"'),
        (200,),
    ),
    "broken cookie": (request(GET, 'Cookie: ;;;=;session;=x; ,session="; $Version=1'), (200,)),
    "1,000 cookies": (
        request(GET, "Cookie: " + "; ".join(f"c{n}=1" for n in range(1_000))),
        (200,),
    ),
    "huge cookie": (request(GET, "Cookie: session=" + LONG), (400, 431)),
    "two cookie headers": (request(GET, "Cookie: a=1", "Cookie: b=2"), (200, 400)),
    "notice from outside": (
        request(GET, "Cookie: notice=d2FybmluZwo8c2NyaXB0PmFsZXJ0KDEpPC9zY3JpcHQ-"),
        (200,),
    ),
    "stranger with htmx": (request("GET /account HTTP/1.1", "HX-Request: true"), (303,)),
    "range": (request(GET, "Range: bytes=0-10,5-7,1-"), (200,)),
    "odd language": (request(GET, "Accept-Language: " + "a-b-c-d;q=" * 500), (200,)),
    "body on a page": (request(GET, "Content-Length: 5", body=b"hello"), (200,)),
    "odd version": (request("GET /sign-in HTTP/9.9"), (200, 400)),
    "upgrade": (request(GET, "Upgrade: websocket", "Connection: Upgrade"), (200, 400)),
    "negative length": (request("POST /sign-in HTTP/1.1", "Content-Length: -1"), (400,)),
    "wordy length": (request("POST /sign-in HTTP/1.1", "Content-Length: two"), (400,)),
    "too large": (request("POST /sign-in HTTP/1.1", "Content-Length: 99999999999"), (413,)),
    "expect": (form("/sign-in", b"email=a", "Expect: 100-continue"), (100, 422)),
}


@pytest.mark.parametrize("name", HEADS)
def test_an_odd_head_gets_one_clear_answer(served, name):
    raw, statuses = HEADS[name]
    answer = send(served.port, raw)
    if name == "expect":
        assert answer.status in statuses
        return
    check(answer, *statuses)
    assert "<script>alert" not in answer.text and "evil.example" not in answer.text + answer.head


def test_two_lengths_never_smuggle_a_second_request(served):
    hidden = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    both = request(
        "POST /sign-in HTTP/1.1",
        "Transfer-Encoding: chunked",
        "Content-Length: 4",
        "Content-Type: application/x-www-form-urlencoded",
        body=b"0\r\n\r\n" + hidden,
    )
    twice = request(
        "POST /sign-in HTTP/1.1", "Content-Length: 3", "Content-Length: 300", body=b"a=b"
    )
    odd = request("POST /sign-in HTTP/1.1", "Transfer-Encoding: xchunked", body=b"a=b" + hidden)
    for raw in (both, twice, odd):
        check(send(served.port, raw), 400)


FIELDS = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def part(head: bytes, content: bytes = b"1", end: bytes = b"--x--\r\n") -> bytes:
    return b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n" + end


NAMED = b'Content-Disposition: form-data; name="email"'
BODIES = {
    "nul": (FIELDS, b"email=a%00b"),
    "invalid utf-8": (FIELDS, b"email=%ff%fe"),
    "raw invalid utf-8": (FIELDS, b"email=\xff\xfe"),
    "lone surrogate": (FIELDS, b"email=%ed%a0%80"),
    "7,000 fields": (FIELDS, b"&".join(b"f%d=1" % n for n in range(7_000))),
    "deep json as text": ("text/plain", b"[" * 100_000),
    "deep json": ("application/json", b"[" * 100_000),
    "no type": ("", b"email=a"),
    "odd type": ("\xff/\xfe; boundary=\xff", b"email=a"),
    "utf-16": (FIELDS + "; charset=utf-16", "email=a".encode("utf-16")),
    "no boundary": ("multipart/form-data", part(NAMED)),
    "empty boundary": ("multipart/form-data; boundary=", part(NAMED)),
    "raw boundary": ("multipart/form-data; boundary=\xe8\xff", part(NAMED)),
    "no end": (PARTS, part(NAMED, end=b"")),
    "1,500 parts without a name": (PARTS, (b"--x\r\nContent-Type: a\r\n\r\n1\r\n") * 1_500),
    "200 KB part head": (PARTS, part(NAMED + b"\r\nX: " + b"a" * 200_000)),
    "no disposition": (PARTS, part(b"Content-Type: text/plain")),
    "odd part charset": (PARTS, part(NAMED + b"\r\nContent-Type: text/plain; charset=rot13")),
    "unknown part charset": (PARTS, part(NAMED + b"\r\nContent-Type: text/plain; charset=klingon")),
    "nul in a part": (PARTS, part(NAMED, b"a\x00b")),
    "invalid utf-8 in a part": (PARTS, part(NAMED, b"\xff")),
    "nested parts": (PARTS, part(NAMED + b"\r\nContent-Type: multipart/mixed; boundary=x")),
    "file instead of a field": (PARTS, part(NAMED + b'; filename="../../etc/passwd"')),
    "raw file name": (PARTS, part(NAMED + b'; filename="\xff\x00"')),
    "coded file name": (PARTS, part(NAMED + b"; filename*=utf-8''a%00.pdf")),
    "token as a file": (PARTS, part(b'Content-Disposition: form-data; name="csrf"; filename="a"')),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/register"])
def test_an_odd_body_is_refused_clearly(served, token, path, name):
    kind, body = BODIES[name]
    cookie = f"Cookie: session={token}" if path == "/sign-out" else "X-None: 1"
    check(send(served.port, form(path, body, cookie, kind=kind)), 400, 403, 413, 422)


@pytest.mark.parametrize("value", ["/€", "/è", "/%0d%0aX: y", "/\u202e", "/a\u2028b", "/\ud7ff"])
@pytest.mark.parametrize("path", ["/language"])
def test_a_way_back_in_any_alphabet_is_a_good_header(served, path, value):
    answer = httpx.post(f"{served.url}{path}", data={"language": "it", "next": value})
    assert answer.status_code == 303 and answer.headers["location"].isascii()


def test_a_slow_body_holds_no_place(served):
    """More half-sent bodies than places: everybody else is served at once."""
    head = request("POST /sign-in HTTP/1.1", f"Content-Type: {FIELDS}", "Content-Length: 100")
    lines = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(20)]
    try:
        for line in lines:
            line.sendall(head + b"email=")
        # One process reads its lines in turn: once it answers, it has met those before.
        assert httpx.get(f"{served.url}/health/live", timeout=10).status_code == 200
        began = time.monotonic()
        assert httpx.get(f"{served.url}/sign-in", timeout=10).status_code == 200
        assert time.monotonic() - began < 5
    finally:
        for line in lines:
            line.close()


def test_every_page_answers_head_without_a_body(served, token):
    for path in ("/", "/register", "/account", "/centres", "/missing", "/health/live", "/calls"):
        answer = send(served.port, request(f"HEAD {path} HTTP/1.1", f"Cookie: session={token}"))
        assert answer.status == (404 if path == "/missing" else 200), (path, answer.head)
        assert answer.body == b""


def test_a_thousand_looks_of_strangers_leave_no_row(served, committed):
    def rows() -> dict[str, int]:
        names = db.Base.metadata.tables
        with committed.engine.connect() as line:
            return {
                name: line.exec_driver_sql(f'select count(*) from "{name}"').scalar_one()
                for name in names
            }

    before = rows()
    paths = ("/", "/sign-in", "/register", "/centres", "/calls", "/account", "/missing")
    with httpx.Client(base_url=served.url, timeout=30) as browser:
        for n in range(140):
            answer = browser.get(paths[n % 7])
            browser.cookies.clear()
            assert answer.status_code < 500 and not re.search("set-cookie", str(answer.headers))
    assert rows() == before
