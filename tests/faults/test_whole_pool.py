"""Whatever fails at whatever moment, the connection goes back: nothing is left to luck."""

import asyncio
import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event, text

from app import create_app
from kit import clock, db
from people import proofs, sign_ins
from tests import make
from tests.hostile import village as villages
from tests.served import serving

TIMES = 1000
SEED = 7
READERS = 48
LOCKED_S = 2.6


class Bug(Exception):
    """What nobody expected."""


REFUSED_BY_THE_DATABASE = {
    "lock": "do $$ begin raise exception using errcode = 'lock_not_available'; end $$",
    "bug": "select 1 / 0",
    "twice": "do $$ begin raise exception using errcode = 'unique_violation'; end $$",
    "gone": "select pg_terminate_backend(pg_backend_pid())",
}
# A mistake of ours, and one whose connection was cut meanwhile: its rollback fails as well.
KINDS = [*REFUSED_BY_THE_DATABASE, "mistake", "cut"]
STATUSES = {"lock": 503, "gone": 503, "bug": 422, "twice": 409, "mistake": 500, "cut": 500}


@contextmanager
def failing(engine, at: int, kind: str) -> Iterator[list[int]]:
    """Let statement `at` of what follows fail, counted from 1, in one of the ways above.

    Commits are counted too.
    """
    seen = [0]

    def fail(connection, cursor, statement, parameters, context, executemany):
        seen[0] += 1
        if seen[0] != at:
            return statement, parameters
        if kind in REFUSED_BY_THE_DATABASE:
            return REFUSED_BY_THE_DATABASE[kind], {}
        if kind == "cut":
            cut(connection)
        raise Bug

    def commit(connection):
        seen[0] += 1
        if seen[0] == at:
            cut(connection)
            if kind == "mistake":
                raise Bug

    def cut(connection):
        connection.connection.driver_connection.pgconn.finish()

    event.listen(engine, "before_cursor_execute", fail, retval=True)
    event.listen(engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", fail)
        event.remove(engine, "commit", commit)


def asleep_in_a_transaction(engine) -> list[str]:
    """The states of this database's other connections that hold a transaction and do nothing."""
    asked = text(
        "select state from pg_stat_activity where datname = current_database()"
        " and state like 'idle in transaction%' and pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        return list(connection.scalars(asked))


@pytest.fixture(scope="module")
def village(committed):
    db.configure(committed.engine)
    with db.transaction() as session:
        return villages.build(session)


@pytest.fixture
def browser(committed, village):
    from litestar.testing import TestClient

    with TestClient(create_app(), base_url="https://testserver.local") as found:
        db.configure(committed.engine)
        yield found


def requests(village) -> list[tuple[str, str, str, dict]]:
    """(who, method, path, form): pages and changes of every kind of access."""
    ids = village.ids
    line = f"/group-orders/{ids['group_order_id']}/booking/lines/{ids['product_id']}"
    wanted = {f"wanted-{ids['product_id']}": "4"}
    broken = {f"wanted-{ids['product_id']}": "\x00"}
    return [
        ("member", "GET", "/", {}),
        ("member", "GET", "/account", {}),
        ("member", "GET", f"/group-orders/{ids['group_order_id']}/booking", {}),
        ("member", "POST", line, wanted),
        ("member", "POST", line, broken),
        ("coordinator", "GET", f"/group-orders/{ids['group_order_id']}", {}),
        ("stranger", "GET", f"/group-orders/{ids['group_order_id']}", {}),
        ("nobody", "GET", "/account", {}),
        ("nobody", "GET", "/calls", {}),
        ("nobody", "GET", "/health/ready", {}),
    ]


def test_every_dependency_and_every_statement_may_fail(committed, browser, village):
    """1,000 requests, each failing at one statement, in turn: the pool is full after each."""
    chosen, asked = random.Random(SEED), requests(village)
    at = dict.fromkeys(range(len(asked)), 1)
    failures = 0
    gc.collect()
    gc.disable()  # what is closed only by the collector is not closed
    try:
        for turn in range(100 * TIMES):
            which, kind = turn % len(asked), chosen.choice(KINDS)
            who, method, path, form = asked[which]
            token = village.tokens.get(who, "x" * 43)
            browser.cookies.set(sign_ins.COOKIE, token)
            if chosen.random() < 0.9:
                form = {**form, "csrf": sign_ins.csrf_token(sign_ins.token_hash(token))}
            with failing(committed.engine, at[which], kind) as seen:
                answer = browser.request(
                    method,
                    path,
                    data=form if method == "POST" else None,
                    follow_redirects=False,
                )
            failed = seen[0] >= at[which]
            at[which] = at[which] + 1 if failed else 1
            failures += failed
            if failed and method == "GET":
                assert answer.status_code in {STATUSES[kind], 503}, (path, kind, seen)
            assert answer.status_code in {200, 303, 400, 403, 404, 409, 422, 500, 503}
            assert committed.engine.pool.checkedout() == 0, (path, kind, seen)
            if failures == TIMES:
                break
        assert failures == TIMES
        assert asleep_in_a_transaction(committed.engine) == []
        for who, method, path, _ in asked:
            if method == "GET" and who == "member":
                browser.cookies.set(sign_ins.COOKIE, village.tokens[who])
                assert browser.get(path).status_code == 200
    finally:
        gc.enable()


def test_a_lock_on_the_sessions_with_48_readers_leaves_no_process_dead(committed, tmp_path):
    """The sessions' table held for longer than anybody waits: 503 meanwhile, 200 afterwards."""
    db.configure(committed.engine)
    with db.transaction() as session:
        person = make.person(session)
        token = sign_ins.open_session(
            session, person.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )

    async def crowd(url: str) -> list[int]:
        limits = httpx.Limits(max_connections=READERS)
        async with httpx.AsyncClient(
            base_url=url, limits=limits, cookies={"session": token}, timeout=60
        ) as readers:
            answers = await asyncio.gather(*(readers.get("/account") for _ in range(READERS)))
        return [answer.status_code for answer in answers]

    async def storm(url: str) -> list[int]:
        with committed.engine.connect() as holder:
            holder.execute(text("lock table person_session in access exclusive mode"))
            asking = asyncio.create_task(crowd(url))
            held = text("select pg_sleep(:seconds)")
            await asyncio.to_thread(holder.execute, held, {"seconds": LOCKED_S})
            holder.rollback()
        return await asking

    with serving(committed.app_url, committed.owner_url, tmp_path, workers=1) as served:
        assert set(asyncio.run(crowd(served.url))) == {200}
        meanwhile = asyncio.run(storm(served.url))
        assert set(meanwhile) <= {200, 503}
        assert asleep_in_a_transaction(committed.engine) == []
        assert set(asyncio.run(crowd(served.url))) == {200}
