"""One hop: everything of a request in one thread, in one order, and nothing left open."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
from litestar import Litestar
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.testing import TestClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

import app
from kit import db
from kit.errors import Refused
from kit.http import errors, hop, web
from kit.http.forms import Form
from kit.http.web import Request, Response, get, post


@pytest.fixture
def browse(application, connection):
    """A browser before handlers of the test's own, with the application's templates."""

    def _browse(*handlers):
        opened = Litestar(list(handlers), exception_handlers=errors.HANDLERS, openapi_config=None)
        return TestClient(opened)

    return _browse


def test_dependencies_handler_page_and_commit_share_one_thread(browse, engine, committed):
    seen: dict[str, int] = {}
    hop.provide("caller", lambda request, session: seen.update(caller=threading.get_ident()) or "x")

    @post("/act", access="public", resent="same")
    def act(
        request: Request,
        session: NamedDependency[Session],
        caller: NamedDependency[str],
        form: NamedDependency[Form],
    ) -> Response:
        seen["handler"] = threading.get_ident()
        session.execute(text("select 1"))
        return web.page(request, "errors/404.html", status=200, message=None)

    def at_commit(_connection):
        seen["commit"] = threading.get_ident()

    db.configure(committed.engine)
    event.listen(committed.engine, "commit", at_commit)
    try:
        with browse(act) as client:
            assert client.post("/act").status_code == 200
    finally:
        event.remove(committed.engine, "commit", at_commit)
        hop._providers.pop("caller")
    assert seen.keys() == {"caller", "handler", "commit"}
    assert len(set(seen.values())) == 1
    assert threading.get_ident() not in seen.values()


def test_what_stands_in_the_address_is_read_by_the_framework(browse):
    @get("/things/{thing_id:int}", access="public")
    def show(thing_id: FromPath[int], only: FromQuery[str] = "all") -> Response:
        return web.plain(f"{thing_id} {only}")

    with browse(show) as client:
        assert client.get("/things/7").text == "7 all"
        assert client.get("/things/7?only=open").text == "7 open"


@pytest.mark.parametrize("id_", ["0", "9223372036854775808", "9" * 30])
def test_an_odd_id_is_absent_before_anybody_is_looked_for(browse, id_):
    @get("/things/{thing_id:int}", access="public")
    def show(session: NamedDependency[Session], thing_id: FromPath[int]) -> Response:
        raise AssertionError(thing_id)

    with browse(show) as client:
        assert client.get(f"/things/{id_}").status_code == 404


def test_an_odd_id_is_absent_also_for_a_stranger_who_would_have_to_sign_in(client):
    assert client.get("/group-orders/0/booking", follow_redirects=False).status_code == 404
    assert client.get("/group-orders/1/booking", follow_redirects=False).status_code == 303


def test_who_acts_comes_before_what_was_typed(client, session):
    """A body nobody can read tells a stranger nothing but to sign in."""
    broken = {"content": b"a=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    answer = client.post("/group-orders/1/booking", follow_redirects=False, **broken)
    assert answer.status_code == 303


def test_the_page_of_an_error_is_made_after_the_rollback(browse, committed):
    db.configure(committed.engine)
    open_then: list[int] = []

    class Odd(Refused):
        pass

    def odd(request: Request, error: Odd) -> Response:
        open_then.append(committed.engine.pool.checkedout())
        return errors.person_error(request, error)

    @get("/act", access="public")
    def act(session: NamedDependency[Session]) -> Response:
        session.execute(text("select 1"))
        assert committed.engine.pool.checkedout() == 1
        raise Odd("No.")

    handlers = {**errors.HANDLERS, Odd: odd}
    with TestClient(Litestar([act], exception_handlers=handlers, openapi_config=None)) as client:
        answer = client.get("/act")
    assert answer.status_code == 409 and "No." in answer.text
    assert open_then == [0]


def declared(access, **asks):
    found = {"request": False, "session": True, "form": False, "provided": (), **asks}
    opt = {"access": access, "asks": hop.Asks(**found)}
    return SimpleNamespace(opt=opt, paths={"/x"}, http_methods={"GET"})


@pytest.mark.parametrize(
    "handler",
    [
        SimpleNamespace(opt={}, paths={"/x"}),
        declared("everybody"),
        declared("signed-in"),
        declared("signed-in", provided=("visitor",)),
        declared("visitor"),
        declared("public", provided=("actor",)),
        declared("public", provided=("visitor",)),
    ],
)
def test_a_route_that_does_not_keep_to_its_access_is_refused_at_the_start(handler):
    with pytest.raises(RuntimeError):
        app.check_access([handler])


def test_a_change_that_does_not_say_what_it_is_when_sent_again_is_refused_at_the_start():
    change = declared("signed-in", provided=("actor",))
    app.check_access([change])
    change.http_methods = {"POST"}
    with pytest.raises(RuntimeError, match="sent again"):
        app.check_access([change])
    change.opt["resent"] = "same"
    app.check_access([change])


def test_a_name_that_nobody_provides_is_refused_at_the_start():
    @get("/x", access="signed-in")
    def show(actor: NamedDependency[str]) -> Response:
        return web.plain("x")

    kept = dict(hop._providers)
    hop._providers.clear()
    try:
        with pytest.raises(RuntimeError, match="nobody provides"):
            app.check_access([show])
    finally:
        hop._providers.update(kept)


def test_a_session_is_opened_only_for_who_asks(browse, monkeypatch):
    @get("/plain", access="public")
    def show() -> Response:
        return web.plain("x")

    with browse(show) as client:
        monkeypatch.setattr(db, "_sessions", None)
        assert client.get("/plain").text == "x"


def test_the_loop_is_free_while_a_handler_waits(browse):
    waiting, done = threading.Event(), threading.Event()

    @get("/slow", access="public")
    def slow() -> Response:
        waiting.set()
        done.wait(5)
        return web.plain("slow")

    @get("/quick", access="public")
    def quick() -> Response:
        return web.plain("quick")

    async def both(client) -> str:
        first = asyncio.create_task(asyncio.to_thread(client.get, "/slow"))
        await asyncio.to_thread(waiting.wait, 5)
        answer = await asyncio.to_thread(client.get, "/quick")
        done.set()
        await first
        return answer.text

    with browse(slow, quick) as client:
        assert asyncio.run(both(client)) == "quick"
