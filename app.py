"""The door for browsers: puts the houses together into one ASGI application."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, cast

import psycopg
from litestar import Litestar
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.static_files import create_static_files_router
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Session

import calls.jobs  # noqa: F401 - what is enqueued must be known here too
import calls.pages
import community.jobs  # noqa: F401 - what is enqueued must be known here too
import community.pages
import demo.pages
import market.jobs  # noqa: F401 - what is enqueued must be known here too
import market.pages
import people.jobs  # noqa: F401 - what is enqueued must be known here too
from cli import Commands
from community.navigation import navigation, resting
from demo.sign_ins import PASSWORD, SIGN_INS
from kit import assets, db, log, meters
from kit.http import errors, frame, hop, templates, web
from kit.http.asgi import ASGIApp
from kit.http.gate import Gate
from kit.http.places import HEALTH
from kit.http.routes import Routes
from kit.http.web import Response, get
from kit.run import watchdog
from kit.settings import refuse_unsafe_server, settings
from people import sign_ins
from people.actors import NotFresh, NotSignedIn
from people.pages import (
    account,
    edge,
    factors,
    identities,
    invitations,
    mail_links,
    own_details,
    passkeys,
    proof,
    providers,
    second_step,
    sign_in,
    way_back,
)
from people.providers import settings as provider_settings


@get("/health/live", access="public")
def live() -> Response:
    """Say that the process answers."""
    return web.plain("ok\n")


@get("/health/ready", access="public", lane=HEALTH)
def ready(session: NamedDependency[Session]) -> Response:
    """Say that the database answers too (503 otherwise)."""
    session.execute(sql_text("select 1"))
    return web.plain("ok\n")


def route_handlers() -> list[HTTPRouteHandler]:
    """Every handler of every house; each declares who may enter."""
    handlers: list[Any] = [live, ready]
    ours = (
        sign_in,
        second_step,
        passkeys,
        providers,
        account,
        proof,
        factors,
        identities,
        invitations,
        mail_links,
        own_details,
    )
    for house_pages in ours:
        handlers += house_pages.HANDLERS
    for house in (market.pages, calls.pages, community.pages):
        handlers += house.HANDLERS
    if settings().demo:
        handlers += demo.pages.HANDLERS
    return handlers


def check_access(handlers: Sequence[Any]) -> None:
    """Refuse to start when a route does not say who may enter, or does not keep to it."""
    for handler in handlers:
        access, asks = handler.opt.get("access"), handler.opt.get("asks")
        paths = sorted(handler.paths)
        if access not in web.ACCESS or asks is None:
            raise RuntimeError(f"{paths} does not declare who may enter")
        if "POST" in handler.http_methods and handler.opt.get("resent") not in web.RESENT:
            raise RuntimeError(f"{paths} does not say what its form does when it is sent again")
        wanted = {"signed-in": ("actor",), "visitor": ("visitor",), "public": ()}[access]
        if handler.opt.get("fresh"):
            _check_fresh(handler, paths)
        if asks.provided != wanted:
            raise RuntimeError(f"{paths} is declared {access} and asks for {asks.provided}")
        if lacking := asks.lacking():
            raise RuntimeError(f"{paths} asks for what nobody provides: {lacking}")


def _check_fresh(handler: Any, paths: list[str]) -> None:
    """Refuse a route whose press could not come back after a proof, or is nobody's."""
    if handler.opt["access"] != "signed-in":
        raise RuntimeError(f"{paths} asks for a fresh proof of nobody")
    if handler.opt.get("takes_files") or handler.opt.get("attempt"):
        raise RuntimeError(f"{paths} asks for a fresh proof: no file and no deadline waits for it")


@asynccontextmanager
async def lifespan(_app: Litestar) -> AsyncIterator[None]:
    """Size the threads to the pool and look at the server once before serving."""
    executor = ThreadPoolExecutor(settings().pool_size + 2, thread_name_prefix="web")
    asyncio.get_running_loop().set_default_executor(executor)
    if not settings().testing:
        with db.transaction() as session:
            refuse_unsafe_server(session.execute(sql_text("show fsync")).scalar_one(), settings())
        _collect_less()
        with watchdog.on_duty(asyncio.get_running_loop(), _look, _look_past_the_pool):
            yield
    else:
        yield
    executor.shutdown(wait=False, cancel_futures=True)


def _look() -> None:
    """Do what every request needs: a connection of the pool, and an answer on it."""
    with db.transaction() as session:
        session.execute(sql_text("select 1"))


def _look_past_the_pool() -> None:
    """Ask the database on a connection of its own."""
    url = settings().database_url.reveal().replace("+psycopg", "", 1)
    with psycopg.connect(url, connect_timeout=5) as connection:
        connection.execute("select 1")


def _collect_less() -> None:
    """Leave what was loaded at the start out of every search for garbage, and search less.

    A page of 300 rows makes enough objects for a whole search each time: a third of its CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def create_app() -> Litestar:
    """Build the application: houses, who acts, errors, and the gate in front of all."""
    current = settings()
    log.configure()
    provider_settings.providers()  # what is wrong with them is said now, not to who signs in
    engine = db.make_engine(current.database_url.reveal(), pool_size=current.pool_size)
    meters.watch_pool(engine, current.pool_size)
    db.configure(engine)
    templates.shared_globals.update(
        navigation=navigation,
        resting=resting,
        frame=frame.frame,
        asset=assets.url,
        demo=current.demo,
    )
    if current.demo:
        templates.shared_globals.update(demo_sign_ins=SIGN_INS, demo_password=PASSWORD)
    # Whoever printed a document before has built the environment without these.
    templates.environment.cache_clear()
    templates.load_pages()
    hop.provide("actor", edge.provide_actor)
    hop.provide("visitor", edge.provide_visitor)
    handlers = route_handlers()
    check_access(handlers)
    application = Litestar(
        route_handlers=[*handlers, _static_files()],
        exception_handlers={
            **errors.HANDLERS,
            NotSignedIn: way_back.to_sign_in,
            NotFresh: way_back.to_proof,
            edge.Outdated: way_back.outdated,
            edge.OfAnother: way_back.of_another,
        },
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
        debug=False,
        plugins=[Commands()],
    )
    https = current.public_url.startswith("https://")
    # The gate stands before everything Litestar does with a request, errors included.
    inner = cast(ASGIApp, application.asgi_handler)
    hosts = frozenset(current.allowed_hosts)
    gate = Gate(
        inner,
        hosts,
        https=https,
        places=current.pool_size,
        routes=Routes(handlers),
        cookie=sign_ins.COOKIE,
        is_session=edge.is_session,
    )
    application.asgi_handler = cast(Any, gate)
    return application


def _static_files() -> Any:
    return create_static_files_router(
        path="/static",
        directories=[assets.FOLDER],
        cache_control=web.FOREVER,
        opt={"access": "public"},
    )
