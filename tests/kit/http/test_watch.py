"""The line of a request in the log: what was asked for and how it went, never who wrote what."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from kit import clock, db
from people import proofs, sign_ins
from tests import make
from tests.served import ROOT, Served, free_port, serving
from tests.waiting import until

FIELDS = {"event", "method", "route", "status", "ms", "level", "timestamp", "request_id"}
MORE = {"person", "queued_ms", "slow"}


@pytest.fixture(scope="module")
def person(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        found = make.person(session)
        token = sign_ins.open_session(
            session, found.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
        return found.id, found.email, token


@pytest.fixture(scope="module")
def served(committed, person, tmp_path_factory):
    with serving(
        committed.app_url, committed.owner_url, tmp_path_factory.mktemp("s"), workers=1
    ) as found:
        yield found


def lines_of(served, request_ids: list[str]) -> list[dict]:
    """The lines of some requests, as soon as all are written."""
    by_id: dict[str, dict] = {}

    def all_written() -> bool:
        written = (served.data / "web.log").read_text().splitlines()
        found = [json.loads(line) for line in written if line.startswith("{")]
        lines = [line for line in found if line.get("event") == "request"]
        by_id.update({line["request_id"]: line for line in lines})
        assert len(by_id) == len(lines), "two lines for one request"
        return all(id_ in by_id for id_ in request_ids)

    until(all_written, "the lines to be written", 10)
    return [by_id[id_] for id_ in request_ids]


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/sign-in?next=/segreto", "/sign-in", 303),
        ("HEAD", "/centres", "/centres", 200),
        ("GET", "/account", "/account", 200),
        ("GET", "/group-orders/4711/booking", "/group-orders/{group_order_id}/booking", 404),
        ("GET", "/links/il-segreto-di-una-lettera", "/links/{token}", 404),
        ("POST", "/sign-out", "/sign-out", 403),
        ("GET", "/missing/4711", "(none)", 404),
        ("GET", "/odd%2f", "(none)", 404),
        ("PUT", "/sign-in", "(none)", 405),
    ],
)
def test_each_request_has_one_line(served, person, method, path, route, status):
    with httpx.Client(base_url=served.url, cookies={"session": person[2]}) as client:
        answer = client.request(method, path)
    (line,) = lines_of(served, [answer.headers["x-request-id"]])
    assert answer.status_code == status or path.startswith("/links/")
    assert (line["route"], line["status"]) == (route, answer.status_code)
    assert line["method"] == ("OTHER" if method == "PUT" else method)
    assert line.keys() - MORE == FIELDS and line["ms"] >= 0


def test_the_person_is_a_number_and_only_where_known(served, person):
    with httpx.Client(base_url=served.url) as client:
        nobody = client.get("/account")
        client.cookies.set("session", person[2])
        somebody = client.get("/account")
    lines = lines_of(served, [each.headers["x-request-id"] for each in (nobody, somebody)])
    assert "person" not in lines[0] and lines[0]["status"] == 303
    assert lines[1]["person"] == person[0]


def test_assets_and_health_leave_no_line(served):
    with httpx.Client(base_url=served.url) as client:
        quiet = [client.get(path) for path in ("/health/live", "/health/ready")]
        seen = client.get("/sign-in")
    lines_of(served, [seen.headers["x-request-id"]])
    written = (served.data / "web.log").read_text()
    assert all(each.headers["x-request-id"] not in written for each in quiet)


def test_a_slow_request_is_marked(served, person, committed):
    from sqlalchemy import text

    with httpx.Client(base_url=served.url, cookies={"session": person[2]}, timeout=9) as client:
        with committed.engine.connect() as holder:
            holder.execute(text("lock table person_session in access exclusive mode"))
            answer = client.get("/account")
        (line,) = lines_of(served, [answer.headers["x-request-id"]])
    assert line["slow"] is True and line["level"] == "warning" and line["ms"] > 1000


def test_no_line_holds_an_address_an_id_or_what_was_written(served, person):
    everything = (served.data / "web.log").read_text().splitlines()
    written = "\n".join(line for line in everything if '"logger"' not in line)
    for secret in ("segreto", "4711", "odd", person[1], person[2]):
        assert secret not in written
    assert not re.search(r"127\.0\.0\.1", written)


def test_a_refusal_on_a_full_disk_is_answered_in_words(committed, person, tmp_path):
    """The same served, with its log on a device that is always full."""
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full here")
    served = Served(committed.app_url, committed.owner_url, tmp_path, free_port(), 1)
    words = [sys.executable, "-m", "kit.run.serve", "--port", str(served.port)]
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(
            words, cwd=ROOT, env=served.environment(), stdout=full, stderr=full
        )
    try:
        with httpx.Client(base_url=served.url, cookies={"session": person[2]}) as client:
            until(lambda: is_ready(client), "the web to be ready", 60)
            assert client.get("/account").status_code == 200
            refused = client.post("/sign-out")
            assert refused.status_code == 403 and "La pagina da cui hai premuto" in refused.text
    finally:
        process.terminate()
        process.wait(20)


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").status_code == 200
    except httpx.HTTPError:
        return False
