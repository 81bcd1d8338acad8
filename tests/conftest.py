"""One temporary PostgreSQL for each process of a run; each test in a transaction rolled back."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from people import proofs

os.environ["FARELEGAMI_TESTING"] = "1"
os.environ["FARELEGAMI_DEMO"] = "1"
os.environ["ALLOWED_HOSTS"] = "testserver.local,localhost,127.0.0.1"
os.environ["FARELEGAMI_DATA"] = tempfile.mkdtemp(
    prefix="farelegami-test-", dir="/var/lib" if os.geteuid() == 0 else None
)
os.environ["PUBLIC_URL"] = "https://testserver.local"
os.environ["FARELEGAMI_SECRET"] = secrets.token_hex(32)  # served processes read the same
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "MAIL_URL"):
    os.environ.pop(name, None)

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

import calls.jobs  # noqa: F401 - registers the jobs, as the doors do
import community.jobs  # noqa: F401
import market.jobs  # noqa: F401
import people.jobs  # noqa: F401
from kit import clock, db, migrate
from kit.postgres import clusters
from market.bookings import offers
from market.pages import offer_lines
from tests import browsers, lock_order

# No example is wrong for being slow on a busy machine; where CI is set, every run tries the same.
hypothesis_settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
hypothesis_settings.load_profile("house")

SAMPLES = Path(os.environ.get("FARELEGAMI_SAMPLES", Path(__file__).parents[2] / "shared" / "data"))


MOST_PROCESSES = 4  # each holds a PostgreSQL, an application and perhaps a browser
FEW_FILES = 3
SLOW = ("kill", "browser", "long")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process for each core; none but this one where a few files or tests are named."""
    named = {Path(argument.split("::")[0]) for argument in config.args}
    few = len(named) <= FEW_FILES and all(path.is_file() for path in named)
    absent = not all(path.exists() for path in named)  # one process says so, several stay silent
    if few or absent or config.option.collectonly:
        return 0
    cores = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    return cores if cores > 1 else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, so that no process is left alone with one at the end."""
    slow = {item.path for item in items for name in SLOW if item.get_closest_marker(name)}
    items.sort(key=lambda item: item.path not in slow)


lock_order.listen(lock_order.RECORDER)


@pytest.fixture(autouse=True)
def locks_in_order() -> Iterator[None]:
    """Whatever use case a test runs by a request or a job takes its locks in the one order."""
    lock_order.RECORDER.faults.clear()
    yield
    assert lock_order.RECORDER.faults == []


def pytest_sessionfinish() -> None:
    lock_order.write_down(lock_order.RECORDER)


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["FARELEGAMI_DATA"], ignore_errors=True)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample files; tests that need it are skipped where it is absent."""
    if not SAMPLES.is_dir():
        pytest.skip(f"no sample files at {SAMPLES} (set FARELEGAMI_SAMPLES)")
    return SAMPLES


@pytest.fixture(scope="session")
def cluster() -> Iterator[clusters.Cluster]:
    with clusters.start_temporary() as running:
        migrate.upgrade(running.owner_url, running.app_url)
        yield running


@pytest.fixture
def passable(cluster: clusters.Cluster) -> Iterator[Path]:
    """A folder that the database's own user can pass through."""
    found = Path(tempfile.mkdtemp(dir=cluster.directory.parent))
    found.chmod(0o755)
    yield found
    shutil.rmtree(found, ignore_errors=True)


@pytest.fixture(scope="session")
def engine(cluster: clusters.Cluster) -> Iterator[Engine]:
    """The application's role on the shared database."""
    found = db.make_engine(cluster.app_url, statement_timeout_s=60)
    yield found
    found.dispose()


@pytest.fixture(scope="session")
def owner_engine(cluster: clusters.Cluster) -> Iterator[Engine]:
    found = db.make_engine(cluster.owner_url, statement_timeout_s=60)
    yield found
    found.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as found:
        transaction = found.begin()
        db.configure(found, join_transaction_mode="create_savepoint")
        yield found
        transaction.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    found = db.new_session()
    yield found
    found.close()


@pytest.fixture
def now(session: Session) -> datetime:
    return clock.now(session)


@dataclass
class Committed:
    """A database of its own with real commits, for races and kills."""

    owner_url: str
    app_url: str
    engine: Engine
    sessions: sessionmaker[Session]


@pytest.fixture(scope="session")
def pristine(cluster: clusters.Cluster) -> str:
    """A migrated database that nobody ever uses, to be copied."""
    urls = cluster.create_database("pristine")
    migrate.upgrade(urls.owner_url, urls.app_url)
    return "pristine"


def _forget_orders() -> None:
    """What is kept of an order by its id is of one database; this process sees several."""
    offers._kept.forget()
    offer_lines._sheets.forget()


@contextmanager
def database(cluster: clusters.Cluster, pristine: str) -> Iterator[Committed]:
    """A copy of the migrated database, gone at the end."""
    name = "committed_" + os.urandom(4).hex()
    urls = cluster.create_database(name, template=pristine)
    found = db.make_engine(urls.app_url, pool_size=48, statement_timeout_s=30)
    _forget_orders()
    yield Committed(urls.owner_url, urls.app_url, found, db.configure(found))
    _forget_orders()
    found.dispose()
    cluster.drop_database(name)


@pytest.fixture(scope="module")
def committed(cluster: clusters.Cluster, pristine: str) -> Iterator[Committed]:
    with database(cluster, pristine) as found:
        yield found


@pytest.fixture(scope="module")
def ahead(committed: Committed) -> Iterator[Callable[[float], None]]:
    """Wind the database's clock: `ahead(seconds)`; nobody has to wait for a deadline.

    The application asks the database what time it is. In this database a function of the
    same name stands in front of PostgreSQL's own and adds what was wound.
    """
    owner = create_engine(committed.owner_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for statement in (
            "create schema clockwork",
            "create table clockwork.ahead (seconds numeric not null)",
            "insert into clockwork.ahead values (0)",
            "create function clockwork.clock_timestamp() returns timestamptz volatile language sql"
            " as 'select pg_catalog.clock_timestamp() + make_interval(secs => seconds)"
            " from clockwork.ahead'",
            "grant usage on schema clockwork to public",
            "grant select on clockwork.ahead to public",
            f'alter database "{owner.url.database}"'
            " set search_path = public, clockwork, pg_catalog",
        ):
            connection.execute(text(statement))
        committed.engine.dispose()

        def wind(seconds: float) -> None:
            connection.execute(
                text("update clockwork.ahead set seconds = seconds + :more"), {"more": seconds}
            )

        yield wind
    owner.dispose()


@pytest.fixture
def _committed_bound(committed: Committed) -> Iterator[None]:
    db.configure(committed.engine)
    yield


@pytest.fixture(scope="session")
def application(cluster: clusters.Cluster) -> Any:
    """The whole application, built once as in a process of its own."""
    from app import create_app

    return create_app()


@pytest.fixture
def client(connection: Connection, application: Any) -> Iterator[Any]:
    """A browser before the application, over the test's rolled-back connection."""
    from litestar.testing import TestClient

    with TestClient(application, base_url="https://testserver.local") as found:
        db.configure(connection, join_transaction_mode="create_savepoint")
        yield found


@pytest.fixture
def sign_in(session: Session) -> Callable[..., Any]:
    """Sign a person in: `sign_in(client, person)` sets the cookie of a fresh session."""
    from people import sign_ins

    def _sign_in(client: Any, person: Any) -> Any:
        token = sign_ins.open_session(
            session, person.id, "test", clock.now(session), proofs.BY_PASSWORD_AND_CODE
        )
        session.commit()
        client.cookies.set(sign_ins.COOKIE, token)
        client.headers["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(token))
        return client

    return _sign_in


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browsers.started() as found:
        yield found
