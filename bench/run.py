"""One benchmark from the empty folder to the table."""

import platform
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil
import psycopg
from litestar.testing import TestClient
from sqlalchemy import Engine, text

import calls.checks
import ledger.checks
import market.checks
from app import create_app
from bench import actions, client, limits, meters, pages, report, seed, seed_calls
from bench.meters import Meter
from bench.pages import CLIENTS, LIMITED, Work, World
from bench.place import WEB_PROCESSES, Place, database
from bench.report import Row
from kit import audit, db, migrate
from kit.postgres import clusters

# Applications with three score sheets each; the last call of L is there for the list alone.
APPLICATIONS = {"S": (5,), "M": (20,), "L": (1000, 5000)}
MOST = {1: 300, CLIENTS: 1600}
FEW = {1: 6, CLIENTS: 48}


class Bench:
    """A served, seeded application under measurement, and the rows so far."""

    def __init__(self, place: Place, cluster: clusters.Cluster, size: str, seconds: float) -> None:
        self.place, self.cluster, self.size, self.seconds = place, cluster, size, seconds
        self.engine: Engine = db.make_engine(cluster.app_url, statement_timeout_s=600)
        db.configure(self.engine)
        self.rows: list[Row] = []
        self.meter = Meter(meters.postmaster(cluster.directory))
        self.here = Meter(self.meter.postmaster)
        self.lines = 0

    def say(self, *rows: Row) -> None:
        """Keep rows and show that they are there."""
        for row in rows:
            self.rows.append(row)
            figures = {k: f"{v:.4g}" for k, v in vars(row).items() if isinstance(v, float | int)}
            print(f"  {row.target or '':4}{row.name}: {figures}", flush=True)

    def seed(self) -> World:
        """Fill the database and let PostgreSQL gather its statistics."""
        size = seed.SIZES[self.size]
        started = perf_counter()
        with db.transaction() as session:
            found = seed.market(session, size)
        counted = {}
        for count in APPLICATIONS[self.size]:
            with db.transaction() as session:
                counted[count] = seed_calls.call(session, count)
        self._administer("farelegami", "vacuum analyze")
        self._administer("farelegami", "checkpoint")
        with db.transaction() as session:
            world = pages.world(session, found, counted)
        self.lines = size.per_booking * size.first_centre
        print(f"seeded {self.size} in {perf_counter() - started:.0f} s", flush=True)
        return world

    def measure(
        self, work: Work, clients: int, *, most: int | None = None, limit: float | None = None
    ) -> Row:
        """Load one work at a concurrency; CPU is per answer, the client's own not counted."""
        port = self.place.port
        asked = [[ask.raw(port) for ask in work.asks(n)] for n in range(clients)]
        most = most or (FEW if work.slow else MOST)[clients]
        before = self.meter.spent()
        load = client.run(port, asked, count=most, seconds=self.seconds, repeat=work.repeat)
        spent = self.meter.spent() - before
        unexpected = set(load.statuses) - set(work.expect)
        if unexpected or not load.latencies:
            raise RuntimeError(f"{work.name}: answers {load.statuses}, expected {work.expect}")
        answers = len(load.latencies)
        return Row(
            work.target,
            work.name,
            self.size,
            clients,
            p50_ms=load.percentile(0.5),
            p95_ms=load.percentile(0.95),
            rps=load.rate,
            cpu_ms=(spent.application + spent.database) * 1000 / answers,
            value=spent.application * 1000 / answers,
            unit="application CPU ms",
            limit_value=limit,
        )

    def warm(self, work: Work) -> None:
        """Let both processes read their templates and keep what they keep."""
        port, clients = self.place.port, work.clients[-1]
        asked = [[ask.raw(port) for ask in work.asks(n)[:6]] for n in range(clients)]
        client.run(port, asked, count=24 if work.slow else 96, seconds=self.seconds)

    def _administer(self, name: str, statement: str) -> None:
        with psycopg.connect(
            host=str(self.cluster.sockets), user="postgres", dbname=name, autocommit=True
        ) as connection:
            connection.execute(statement)


def bench(place: Place, size: str, seconds: float, results: Path, docs: Path) -> None:
    """Run a size; what it finds replaces that size's rows in `results` and table in `docs`."""
    with database(place) as cluster:
        migrate.upgrade(cluster.owner_url, cluster.app_url)
        at = Bench(place, cluster, size, seconds)
        machine = _machine(cluster)
        print(machine)
        world = at.seed()
        function = limits.write_function(cluster, min(seconds, 4), CLIENTS)
        statements = _statements(at, world)
        place.start_web()
        at.meter.web = place.web_pid
        _over_http(at, world, function, statements)
        _memory(at)
        place.stop_web()
        _acts(at, world)
        checked()
        at.engine.dispose()
    every = report.write(results, size, at.rows)
    mine = [row for row in every if row.size == size]
    report.insert(docs, size, mine, machine)
    print(report.table(mine))


def _over_http(at: Bench, world: World, function: float, statements: dict[str, int]) -> None:
    plain: dict[int, float] = {}
    for work in pages.pages(world):
        at.warm(work)
        for clients in work.clients:
            row = at.measure(work, clients, limit=plain.get(clients))
            plain.setdefault(clients, row.value or 0.0)
            at.say(_held(at, world, row, statements))
    change = pages.line_change(world)
    at.warm(change)
    for clients in (1, CLIENTS):
        row = at.measure(change, clients)
        row = replace(row, value=row.rps, unit="changes/s", sql=statements.get(row.name))
        at.say(replace(row, limit_value=function if clients == CLIENTS else None))
    at.say(_race(at, world))
    for count, call in world.calls.items():
        marks = pages.save_mark(call, count)
        at.warm(marks)
        for work in (marks, pages.send_sheet(call, count)):
            row = at.measure(work, CLIENTS)
            at.say(replace(row, sql=statements.get(row.name)))
    most = max(statements.items(), key=lambda pair: pair[1])
    at.say(
        Row("T13", f"most statements: {most[0]}", at.size, sql=most[1], value=most[1], unit="SQL")
    )


def _held(at: Bench, world: World, row: Row, statements: dict[str, int]) -> Row:
    """Say how many statements it takes; hold the evaluator's list against its query."""
    row = replace(row, sql=statements.get(row.name))
    if row.target != "T4" or row.concurrency != CLIENTS:
        return replace(row, limit_value=None) if row.target == "T4" else row
    call = next(call for count, call in world.calls.items() if row.name.endswith(f" {count:,}"))
    alone = actions.queue_alone(at.here, call)
    return replace(row, value=row.cpu_ms, unit="CPU ms", limit_value=alone)


def _race(at: Bench, world: World) -> Row:
    """Limit an offer to 100 more, let sixteen households race for it, count what was sold."""
    order_id = world.market.order_ids[-1]
    offer = world.offers[order_id][0]
    left = text("update offer set available = wanted + :left * step where id = :id")
    with db.make_engine(at.cluster.owner_url).begin() as owner:
        owner.execute(left, {"left": LIMITED, "id": offer.id})
    work = pages.race(world, order_id, offer)
    row = at.measure(work, CLIENTS, most=CLIENTS * pages.ATTEMPTS)
    with db.transaction() as session:
        over = session.scalar(
            text(
                "select greatest(sum(l.wanted) - f.available, 0)::int from offer f"
                " join booking_line l on l.offer_id = f.id where f.id = :id group by f.available"
            ),
            {"id": offer.id},
        )
    name = f"{row.name}, {LIMITED} left, attempts of {CLIENTS} clients"
    return replace(row, name=name, value=over, unit="oversold")


def _memory(at: Bench) -> None:
    rss, pss = at.meter.memory_mb()
    name = f"memory of {WEB_PROCESSES} web processes after the run (MB resident, value shared out)"
    at.say(Row("T12", name, at.size, memory_mb=rss, value=pss, unit="MB"))


def _acts(at: Bench, world: World) -> None:
    for count, call in world.calls.items():
        at.say(actions.ranking(at.here, at.size, count, call))
    at.say(*actions.close_and_settle(at.here, at.size, world.market, at.lines))
    at.say(*actions.papers(at.here, at.size, world.largest))


def _statements(at: Bench, world: World) -> dict[str, int]:
    """Count the statements of each work in this process, with everything warm."""
    works = [*pages.pages(world), pages.line_change(world)]
    for count, call in world.calls.items():
        works += [pages.save_mark(call, count), pages.send_sheet(call, count)]
    found: dict[str, int] = {}
    with TestClient(create_app(), base_url=f"http://127.0.0.1:{at.place.port}") as browser:
        db.configure(at.engine)
        for work in works:
            for n in (0, work.again):
                ask = work.asks(CLIENTS)[n]
                with meters.counted(at.engine) as seen:
                    answer = _answer(browser, ask)
                if answer not in map(int, work.expect):
                    raise RuntimeError(f"{work.name}: {answer}")
            found[work.name] = len(seen)
    return found


def _answer(browser: TestClient[Any], ask: pages.Ask) -> int:
    headers = {**ask.headers(), "Accept-Language": "it"}
    if ask.form is None:
        return browser.get(ask.path, headers=headers, follow_redirects=False).status_code
    return browser.post(
        ask.path, headers=headers, data=ask.form, follow_redirects=False
    ).status_code


def checked() -> None:
    """The data must be as clean after all this as before."""
    for violations in (
        audit.violations,
        ledger.checks.violations,
        market.checks.violations,
        calls.checks.violations,
    ):
        with db.transaction() as session:
            found = violations(session)
        if found:
            raise RuntimeError("\n".join(found[:20]))


def _machine(cluster: clusters.Cluster) -> str:
    memory = round(psutil.virtual_memory().total / 1024**3)
    return (
        f"{psutil.cpu_count()} cores, {memory} GB memory, Python {platform.python_version()}, "
        f"PostgreSQL {cluster.programs.version} with fsync on and 128 MB of shared buffers, "
        f"Litestar {version('litestar')}, SQLAlchemy {version('sqlalchemy')}, "
        f"psycopg {version('psycopg')}, uvicorn {version('uvicorn')} with {WEB_PROCESSES} "
        "processes; client, web and database on the same cores."
    )
