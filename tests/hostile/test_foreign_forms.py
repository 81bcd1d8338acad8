"""No form of another site, session or kind changes anything, on any unsafe route."""

import json
import re

import pytest
from sqlalchemy import text

from kit import db
from kit.db import Base
from people import sign_ins
from tests.hostile import village as villages
from tests.hostile.village import ABSENT

# Before anybody is signed in there is no token: Origin and Sec-Fetch-Site protect these.
WITHOUT_TOKEN = {
    "/sign-in",
    "/sign-in/second",
    "/sign-in/passkey",
    "/sign-in/passkey/question",
    "/register",
    "/password-reset",
    "/language",
    "/links/{token:str}",
    "/links/{token:str}/refusals",
    "/mail-links/{token:str}",
}
ORIGINS = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://testserver.local.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.fixture
def session(client, committed):
    """Real commits on connections of their own: refusals roll back while the next one asks."""
    db.configure(committed.engine)
    with committed.sessions() as found:
        yield found


@pytest.fixture
def village(session):
    return villages.build(session)


def unsafe(application, village):
    for route in application.routes:
        for handler in getattr(route, "route_handlers", []):
            if "POST" in handler.http_methods:
                ids = village.ids_for(re.sub(r":\w+", "", route.path))
                path = re.sub(
                    r"\{(\w+):(\w+)\}",
                    lambda found: str(
                        ids.get(found[1], ABSENT if found[2] == "int" else "x" * 43)  # noqa: B023
                    ),
                    route.path,
                )
                yield route.path, path


def content(session):
    """Every row of every table, as one number for each table."""
    sums = (
        f"select '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
        f' from "{name}" t'
        for name in sorted(Base.metadata.tables)
    )
    return session.execute(text(" union all ".join(sums))).all()


def test_every_unsafe_route_refuses_what_is_not_its_own_form(application, village, client, session):
    other = sign_ins.csrf_token(sign_ins.token_hash(village.tokens["stranger"]))
    routes = list(unsafe(application, village))
    assert len(routes) > 40
    before = content(session)
    session.rollback()
    village.enter(client, "coordinator")
    own = client.headers.pop("X-CSRF-Token")
    for route, path in routes:
        asks = [({**origin, "X-CSRF-Token": own}, {"name": "X"}) for origin in ORIGINS]
        if route not in WITHOUT_TOKEN:
            asks += [({}, {}), ({}, {"csrf": other}), ({"X-CSRF-Token": other}, {})]
        for headers, data in asks:
            answer = client.post(path, data=data, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (path, headers, answer.status_code)
        for kind in ("text/plain", "application/json", "text/plain; application/json"):
            body = json.dumps({"csrf": own, "name": "X", "email": "a@b.it"})
            answer = client.post(
                path, content=body, headers={"Content-Type": kind}, follow_redirects=False
            )
            assert answer.status_code in (400, 403, 404, 410, 415), (path, kind, answer.status_code)
    assert content(session) == before


def test_the_table_of_contents_notices_a_change(village, session):
    """The control: what the matrix compares is not blind."""
    before = content(session)
    session.execute(text("update household set note = 'cambiata'"))
    assert content(session) != before
    session.rollback()


def test_looking_changes_nothing(application, village, client, session):
    """No page changes data because it was looked at; who read what others gave is recorded."""
    before = content(session)
    last = session.scalar(text("select coalesce(max(id), 0) from audit_event"))
    session.rollback()
    for who in ("coordinator", "treasurer", "member"):
        village.enter(client, who)
        for route in application.routes:
            for handler in getattr(route, "route_handlers", []):
                if "GET" in handler.http_methods and not route.path.startswith("/static"):
                    ids = village.ids_for(re.sub(r":\w+", "", route.path))
                    path = re.sub(
                        r"\{(\w+):\w+\}",
                        lambda found: str(ids.get(found[1], ABSENT)),  # noqa: B023
                        route.path,
                    )
                    assert client.get(path, follow_redirects=False).status_code < 500, path
    recorded = text("select distinct action from audit_event where id > :last")
    read = set(session.scalars(recorded, {"last": last}))
    assert read and all(act.endswith(".read") for act in read)
    kept = [row for row in content(session) if row[0] != "audit_event"]
    assert kept == [row for row in before if row[0] != "audit_event"]
