"""`python -m kit.run.launch`: the database, the web and the worker, up together, down together."""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from kit import log, migrate
from kit.postgres import keeping
from kit.postgres.programs import NoDatabase
from kit.run import metrics
from kit.run.children import Child, stop_all
from kit.settings import Settings, UnsafeSettings, refuse_unsafe_server, settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 15.0
READY_WITHIN_S = 60.0
_TOO_MANY_FAILURES = 3


class CannotStart(Exception):
    """FareLegami cannot start here; the sentence says what to do."""


Tending = Callable[[Sequence[Child], threading.Event], None]


def keep_up(children: Sequence[Child], stopping: threading.Event) -> None:
    """Start again whatever dies, until asked to stop."""
    while not stopping.wait(0.3):
        tell_news(children)


def tell_news(children: Sequence[Child]) -> None:
    """Look after every child once and tell what happened to it."""
    for child in children:
        if news := child.tend():
            say(news)


def main(tending: Tending = keep_up) -> int:
    """Run FareLegami under `tending` until Ctrl-C or SIGTERM; 1 with a sentence if it cannot."""
    os.umask(0o077)  # what we write is ours alone
    log.hide_values()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    try:
        _run(settings(), stopping, tending)
    except (CannotStart, NoDatabase, UnsafeSettings) as problem:
        print(f"\nFareLegami cannot start: {problem}", file=sys.stderr)
        return 1
    return 0


def _run(current: Settings, stopping: threading.Event, tending: Tending) -> None:
    if current.testing:
        raise CannotStart("FARELEGAMI_TESTING is on, which is for tests alone. Unset it")
    with ExitStack() as stack:
        _prepare_data_dir(current.data_dir)
        stack.enter_context(_alone(current.data_dir))
        listener = stack.enter_context(_listen(current.port))
        created = stack.enter_context(_database(current))
        _check_database(current)
        _migrate(current)
        demo = _demo(current, fresh=created, stopping=stopping)
        children = _children(current, listener)
        stack.callback(_say_and_stop, children)
        if stack.enter_context(metrics.shown(current, children)):
            say(f"metrics: http://127.0.0.1:{current.metrics_port}/metrics")
        if stopping.is_set():
            return
        for child in children:
            child.start()
        if _await_ready(current, children, stopping):
            _welcome(current, demo)
        tending(children, stopping)


def _prepare_data_dir(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotStart(f"{data_dir} cannot be used: {problem.strerror}") from problem


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the data folder; the system lets it go by itself when we are killed."""
    with (data_dir / ".launch-lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise CannotStart(
                f"it already runs from {data_dir}. For a second copy choose another port and "
                "folder: make run PORT=8001 FARELEGAMI_DATA=var2"
            ) from problem
        yield


@contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    """Open the port before anything else; the web processes share it and may come and go."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CannotStart(
                f"port {port} is taken ({problem.strerror}). Choose another: make run PORT=8001"
            ) from problem
        listener.listen(512)
        yield listener


@contextmanager
def _database(current: Settings) -> Iterator[bool]:
    """Keep the embedded server up, if it is ours to run; gives whether it was just made."""
    if not current.embedded:
        yield False
        return
    say(f"database: PostgreSQL in {current.data_dir / 'pg'}")
    with keeping.kept(current.data_dir, say) as cluster:
        yield cluster.created
    say("database stopped")


def _check_database(current: Settings) -> None:
    url = current.database_url.reveal().replace("+psycopg", "", 1)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute("SELECT current_setting('fsync')").fetchone()
    except psycopg.OperationalError as problem:
        raise CannotStart(f"the database does not answer: {problem}") from problem
    refuse_unsafe_server(row[0] if row else "", current)


def _migrate(current: Settings) -> None:
    if current.database_owner_url is None:
        say("database: DATABASE_OWNER_URL is not set, so its tables are taken as they are")
        return
    migrate.upgrade(current.database_owner_url.reveal(), current.database_url.reveal())


def _demo(current: Settings, *, fresh: bool, stopping: threading.Event) -> str:
    """Seed the demo once and keep what it says (the sign-ins) for the next starts."""
    kept = current.data_dir / "demo.txt"
    if not current.demo or stopping.is_set():
        return ""
    if kept.exists() and not fresh:
        return kept.read_text(encoding="utf-8")
    say("demo: filling the purchasing centres and the calls (once)")
    command = [sys.executable, "-m", "litestar", "--app", "app:create_app", "demo", "--if-empty"]
    ended = subprocess.run(  # noqa: S603 (our own words)
        command,
        cwd=ROOT,
        env=_environment(current),
        stdout=subprocess.PIPE,  # the sign-ins; progress goes straight to the terminal
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        if stopping.is_set():
            return ""
        raise CannotStart("the demo could not be made; the reason stands above")
    kept.write_text(ended.stdout, encoding="utf-8")
    return ended.stdout


def _children(current: Settings, listener: socket.socket) -> list[Child]:
    environment = _environment(current) | metrics.prepare(current)
    logs = current.data_dir / "logs"
    handle = listener.fileno()
    serve = [sys.executable, "-m", "kit.run.serve", "--fd", str(handle)]
    webs = [
        Child(f"web {n}", serve, logs / f"web-{n}.log", environment, ROOT, (handle,))
        for n in range(1, current.web_processes + 1)
    ]
    words = [sys.executable, "worker.py"]
    return [*webs, Child("worker", words, logs / "worker.log", environment, ROOT)]


def _environment(current: Settings) -> dict[str, str]:
    return os.environ | {
        "FARELEGAMI_DATA": str(current.data_dir),
        "FARELEGAMI_DEMO": "1" if current.demo else "0",
        "PORT": str(current.port),
        "PYTHONUNBUFFERED": "1",
        # Else glibc keeps a heap per thread, each as large as the longest page once was.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
    }


def _await_ready(current: Settings, children: Sequence[Child], stopping: threading.Event) -> bool:
    """Wait until the application says that it is ready; False when asked to stop meanwhile."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not stopping.wait(0.1):
        for child in children:
            child.tend()
            if child.failures >= _TOO_MANY_FAILURES:
                raise CannotStart(f"{child.name} does not stay up:\n{child.last_words()}")
        if _is_ready(current):
            return True
        if time.monotonic() > deadline:
            raise CannotStart(
                f"it was not ready within {READY_WITHIN_S:.0f} s:\n{children[0].last_words()}"
            )
    return False


def _is_ready(current: Settings) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", current.port, timeout=1)
    try:
        connection.request("GET", "/health/ready", headers={"Host": current.allowed_hosts[0]})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(current: Settings, demo: str) -> None:
    print(f"\nFareLegami is ready: {current.public_url}", flush=True)
    if demo.strip():
        print(f"\n{demo.rstrip()}", flush=True)
    print(f"\nLogs: {current.data_dir / 'logs'}   Stop: Ctrl-C", flush=True)


def _say_and_stop(children: Sequence[Child]) -> None:
    say("stopping web and worker")
    stop_all(children, PATIENCE_S)


def say(text: str) -> None:
    """Tell the person at the terminal what happens."""
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
