"""Access is asked before anything is read, locked or answered: every route, person and form.

What somebody may not enter answers exactly like what does not exist, whatever the form says: a
field that cannot be read is no reason to answer with what stands there. Generated from the routes:
a new one fails until `doors.py` says who may enter. Nor does somebody who is refused hold anything
that others wait for, not for a moment.
"""

import inspect
import os
import re
from difflib import unified_diff
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx import Cookies
from sqlalchemy import Engine, event, text

from kit import db
from tests import lock_order
from tests.hostile import doors as all_doors
from tests.hostile.doors import OPEN, Doors
from tests.hostile.village import ABSENT, filled
from tests.market import make
from tests.test_house import handlers

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PEOPLE = (
    *("stranger", "neighbour", "member", "foreign member", "coordinator", "foreign coordinator"),
    *("treasurer", "driver", "administrator", "applicant", "another applicant", "evaluator"),
    *("evaluator in conflict", "evaluator elsewhere", "office", "office elsewhere", "guest"),
)
EVERY = "EVERY" in os.environ
HTMX = {"HX-Request": "true"}
CUT = {"content-type": "multipart/form-data; boundary=x"}
PLAUSIBLE = {
    "amount": "5",
    "case_size": "6",
    "code": "F77",
    "day": "2026-12-01",
    "delivery_day": "2099-12-03",
    "closes_at": "2099-12-01T20:00",
    "email": "una@esempio.it",
    "member_email": "una@esempio.it",
    "key": "una-pagina-di-un-solo-giorno",
    "kind": "none",
    "language": "it",
    "mark": "8",
    "price": "3,50",
    "seen": "x=1",
    "transport_by": "value",
}


OWN_SHEET = ["call", "score_sheet"]
"""A place on the commission lets hold the call with all others, and one's own sheet alone."""

NAMED = {
    "household": "abroad_id",
    "centre": "foreign_centre_id",
    "price_list": "foreign_list_id",
    "price_list_id": "foreign_list_id",
    "pickup_point_id": "foreign_point_id",
    "producer": "foreign_producer_id",
}
"""What a question or a form may name, and one of another centre."""


@cache
def fields() -> tuple[str, ...]:
    """Every name that a page or a rule reads from a form."""
    found: set[str] = set()
    for house in ("market", "calls", "community", "people"):
        for path in (ROOT / house).rglob("*.py"):
            found |= set(re.findall(r'\w+\.\w+\(\s*f?"([a-z][\w-]*)"[,)]', path.read_text("utf-8")))
    return tuple(sorted(found))


def bodies(doors, path):
    """What is sent: what looks right, what cannot be read (named ids are there, or none is)."""
    product = doors.ids_for(path)["product_id"]
    line = {f"wanted-{product}": "1", f"most-{product}": "2"}
    wrong = dict.fromkeys((*fields(), *line, "nessuno"), "\u00bc [] {} x")
    right = dict.fromkeys(fields(), "1") | PLAUSIBLE | line | {"mark-A": "8", "why-A": "Perché"}
    yield {"data": right}
    yield {"data": wrong | doors.mine, "headers": HTMX}
    yield {"data": {name: typed for name, typed in wrong.items() if name not in NAMED}}
    yield {"data": {}, "headers": HTMX}
    yield {"content": b"--x\r\nContent-Disposition: form-data; name", "headers": CUT}


def some(ways, who, number):
    """Ways to ask, each with its place: all of them in `make proof`, else one, another each time.

    Over the people every address is asked in every way.
    """
    ways = list(enumerate(ways))
    return ways if EVERY else [ways[(PEOPLE.index(who) + number) % len(ways)]]


def with_ids(application, method):
    """Routes with something in their address that somebody owns."""
    for each, route, handler in handlers(application):
        bare = re.sub(r":\w+", "", route.path)
        if each == method and "{" in route.path and bare not in OPEN:
            yield route.path, handler


@pytest.fixture
def taken():
    """What statements hold and write from now on; clear it before a request.

    A statement that finds nothing holds nothing: each is tried before it runs.
    """
    heard = []

    def statement(_connection, cursor, sql, values, _context, many):
        made = re.findall(r"\binsert into \"?(\w+)", sql, re.IGNORECASE)
        found = [*lock_order.locks(sql, values), *(f"new {table}" for table in made)]
        if found and (many or _WRITES.search(sql) or _holds(cursor, sql, values)):
            heard.extend(found)
        return sql, values

    event.listen(Engine, "before_cursor_execute", statement, retval=True)
    yield heard
    event.remove(Engine, "before_cursor_execute", statement)


_WRITES = re.compile(r"^\s*with\b.*\b(insert into|update \w+ |delete from)", re.I | re.S)
_LOCKS = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"


def _holds(cursor, sql, values):
    """Whether a statement finds rows, or takes a lock that is none of a row."""
    with cursor.connection.cursor() as probe:
        before = probe.execute(_LOCKS).fetchone()[0]
        probe.execute("savepoint probe")
        rows = probe.execute(sql, values).rowcount
        named = re.search(r"pg_advisory", sql) is not None
        if named:
            rows = max(0, rows if "for " in sql.lower() else 0)
            rows += probe.execute(_LOCKS).fetchone()[0] - before
        probe.execute("rollback to savepoint probe")
    return rows > 0


def test_the_ear_hears_what_is_held_and_only_that(session, taken):
    db.lock_shared(session, "group_order", 7)
    assert taken == ["group_order"]
    taken.clear()
    missing = text("select id from household where id = :id for update")
    session.execute(missing, {"id": ABSENT})
    assert taken == []
    at = make.world(session)
    family = make.household(session, at)
    assert "new household" in taken
    taken.clear()
    session.execute(missing, {"id": family.id})
    assert taken == ["household"]


@pytest.fixture
def doors(session, client) -> Doors:
    return all_doors.build(session)


def asked(client, session, method, address, **more):
    """Ask, and undo what was done: rows that were committed too, and what the browser kept."""
    session.commit()
    before, cookies = session.get_bind().begin_nested(), Cookies(client.cookies)
    answer = client.request(method, address, follow_redirects=False, **more)
    session.rollback()
    before.rollback()
    session.expire_all()
    client.cookies = cookies
    return answer


def without(answer, *ids):
    """What an answer says: without tokens, digests, its own address and the ids asked for."""
    said = re.sub(r"[0-9a-f]{64}|[0-9a-f]{16}\b", "", answer.text)
    said = re.sub(r'("challenge": ")[^"]*', r"\1", said)
    said = re.sub(r'(data-now=")[0-9]+', r"\1", said)  # a second may pass between the two
    # Whoever has a passkey may add an app, whose secret is another each time.
    said = re.sub(r'.*(?:"fl-qr"|"fl-codes"|otpauth:|name="adding").*', "", said)
    said = re.sub(r'(name="(?:key|csrf|whose)" value=")[^"]*', r"\1", said)
    said = said.replace(answer.url.path, "/here").replace(quote(answer.url.path, safe=""), "/here")
    numbers = {str(value) for each in ids for value in each.values()} - {"x", "A", "idea"}
    said = re.sub(rf"\b(?:{'|'.join(sorted(numbers, key=len, reverse=True))})\b", "#", said)
    place = answer.headers.get("location", "").replace(quote(answer.url.path, safe=""), "/here")
    return [f"{answer.status_code} {re.sub(r'[0-9]+', '#', place)}", *said.splitlines()]


def differences(there, missing, *ids):
    """The lines that only one of the two answers has; none where they are the same."""
    return [
        line
        for line in unified_diff(without(there, *ids), without(missing, *ids), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]


def test_everybody_is_in_the_test(doors, application):
    assert set(PEOPLE) == set(doors.village.tokens)
    for method in ("GET", "POST"):
        for path, _ in with_ids(application, method):
            assert doors.strangers(path) < set(PEOPLE), path


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_not_yours_answers_every_form_as_what_is_not_there(
    doors, application, client, session, who, taken
):
    doors.village.enter(client, who)
    tried = 0
    for path, _ in with_ids(application, "POST"):
        if who not in doors.strangers(path):
            continue
        own = doors.ids_for(path)
        for n, body in some(bodies(doors, path), who, tried):
            taken.clear()
            there = asked(client, session, "POST", filled(path, own), **body)
            assert there.status_code in (303, 400, 404), (path, n, there.status_code)
            if who != "evaluator in conflict" or taken != OWN_SHEET:
                assert taken == [], f"{path}: somebody refused makes others wait"
            for absent in doors.absent_for(path):
                missing = asked(client, session, "POST", filled(path, absent), **body)
                assert not differences(there, missing, own, absent), (path, n)
            tried += 1
    assert tried > 30


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_not_yours_is_shown_as_what_is_not_there(
    doors, application, client, session, who, taken
):
    doors.village.enter(client, who)
    tried = 0
    for path, _ in with_ids(application, "GET"):
        if who not in doors.strangers(path):
            continue
        own = doors.ids_for(path)
        for _, headers in some(({}, HTMX), who, tried):
            taken.clear()
            there = asked(client, session, "GET", filled(path, own), headers=headers)
            assert there.status_code == 404, (path, there.status_code)
            assert taken == [], f"{path}: somebody refused makes others wait"
            for absent in doors.absent_for(path):
                missing = asked(client, session, "GET", filled(path, absent), headers=headers)
                assert not differences(there, missing, own, absent), path
        tried += 1
    assert tried > 10


@pytest.mark.parametrize("who", PEOPLE)
def test_what_a_question_names_and_is_not_yours_is_as_what_is_not_there(
    doors, application, client, session, who
):
    doors.village.enter(client, who)
    for method, route, handler in handlers(application):
        if method != "GET":
            continue
        asks = inspect.signature(inspect.unwrap(handler.fn)).parameters
        own = doors.ids_for(route.path)
        for name in set(NAMED) & set(asks):
            foreign = doors.ids[NAMED[name]]
            if who.startswith("foreign"):
                foreign = doors.mine[name]
            there, missing = (
                asked(client, session, "GET", filled(route.path, own), params={name: id_})
                for id_ in (foreign, ABSENT)
            )
            ids = {"there": foreign, "absent": ABSENT}
            assert not differences(there, missing, ids), (route.path, name)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_a_form_names_and_is_not_yours_is_as_what_is_not_there(
    doors, application, client, session, who
):
    doors.village.enter(client, who)
    for method, route, handler in handlers(application):
        if method != "POST" or handler.opt["access"] != "signed-in" or "/sign-out" in route.path:
            continue
        own = doors.ids_for(route.path)
        right = next(bodies(doors, route.path))
        foreign = {name: str(doors.ids[id_]) for name, id_ in NAMED.items()}
        if who.startswith("foreign"):
            foreign = {name: str(id_) for name, id_ in doors.mine.items()}
        there, missing = (
            asked(client, session, "POST", filled(route.path, own), data=right["data"] | named)
            for named in (foreign, dict.fromkeys(NAMED, str(ABSENT)))
        )
        ids = foreign | {"absent": ABSENT}
        assert not differences(there, missing, ids), route.path
