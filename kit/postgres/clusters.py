"""The embedded PostgreSQL: one cluster in the data folder, two roles, no network port."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from kit.postgres import databases, locks
from kit.postgres import programs as postgres_programs
from kit.postgres.databases import Urls
from kit.postgres.programs import NoDatabase, Owner, Programs

DATABASE = "farelegami"
_LONGEST_SOCKET = 100  # bytes; the system allows 107 with the file's name

_CONFIGURATION = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "max_connections": "100",
    "shared_buffers": "'128MB'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "logging_collector": "on",
    "log_directory": "'log'",
    # A name of its own for each: one that is full is never gone on with (kit.postgres.server_logs).
    "log_filename": "'postgresql-%Y%m%dT%H%M%S.log'",
    "log_rotation_age": "'1d'",
    "log_rotation_size": "'10MB'",
    "log_lock_waits": "on",
    # Its DETAIL of a refused row, and a statement's values, are what people wrote.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
_TEMPORARY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server: `attached` if it already ran when we came, `created` if it is new."""

    owner_url: str
    app_url: str
    directory: Path
    sockets: Path
    programs: Programs
    attached: bool
    created: bool

    def is_running(self) -> bool:
        """Whether the server is at work, asked of the system and not of the server.

        One that stops, or cannot answer just now, still runs.
        """
        try:
            number = (self.directory / "postmaster.pid").read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return locks.lives(number.split("\n", 1)[0], self.directory)

    def stop(self) -> None:
        """Stop the server after its running statements; harmless when it has stopped."""
        _pg_ctl(self.programs, self.directory, "stop", "-m", "fast", "-t", "60")

    def create_database(self, name: str, *, template: str | None = None) -> Urls:
        """Make an empty database with its two roles, or a copy of `template` with that one's."""
        roles_of = name if template is None else template
        with databases.administer(self.sockets) as connection:
            databases.ensure(connection, name, roles_of=roles_of, template=template)
        return databases.urls(self.sockets, name, roles_of=roles_of)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is still connected to it; its roles stay."""
        with databases.administer(self.sockets) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def default_data_dir() -> Path:
    """Where data lives when FARELEGAMI_DATA is not set."""
    if os.geteuid() == 0:
        return postgres_programs.ROOT_HOME
    return Path(__file__).resolve().parents[2] / "var"


def urls(data_dir: Path) -> Urls:
    """The addresses of the cluster in `data_dir`, whether or not it runs now."""
    return databases.urls(_sockets(data_dir.resolve() / "pg"), DATABASE, roles_of=DATABASE)


def start(data_dir: Path) -> Cluster:
    """Start the cluster of `data_dir`, making it first where there is none.

    A server that survived its launcher is attached to, a lock left by a killed one is
    cleared. Raises NoDatabase with a sentence for the operator.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        data_dir.chmod(0o711)  # the server's user passes through, nobody looks around
    with _locked(data_dir / ".pg-lock"):
        return _start(data_dir / "pg", {})


@contextmanager
def running(data_dir: Path) -> Iterator[Cluster]:
    """The cluster of `data_dir` for one command; stopped afterwards unless it ran before."""
    cluster = start(data_dir)
    try:
        yield cluster
    finally:
        if not cluster.attached:
            cluster.stop()


@contextmanager
def start_temporary() -> Iterator[Cluster]:
    """A fresh, fast and forgetful cluster for tests and checks; removed at the end.

    What a killed run left behind is stopped and removed by the next one.
    """
    parent = postgres_programs.ROOT_HOME if os.geteuid() == 0 else Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    draft = Path(tempfile.mkdtemp(prefix="farelegami-new-", dir=parent)).resolve()
    draft.chmod(0o755)
    with _locked(draft / "in-use"):
        # Only now does it get a name that is swept: another run may start at this moment.
        home = draft.rename(draft.with_name(draft.name.replace("-new-", "-tmp-")))
        cluster = _start(home / "pg", _TEMPORARY)
        try:
            yield cluster
        finally:
            _pg_ctl(cluster.programs, cluster.directory, "stop", "-m", "immediate")
            shutil.rmtree(home, ignore_errors=True)


def _start(directory: Path, extra: dict[str, str]) -> Cluster:
    owner = postgres_programs.owner(directory)
    if owner is not None and not postgres_programs.passable(directory.parent):
        raise NoDatabase(
            f"the database's own user cannot enter {directory.parent}. Set FARELEGAMI_DATA to a "
            f"folder such as {postgres_programs.ROOT_HOME}, or start as an ordinary user"
        )
    programs = postgres_programs.find(_version(directory))
    created = not (directory / "PG_VERSION").exists()
    if created:
        _initialise(programs, directory, owner, quick=bool(extra))
    sockets = _sockets(directory)
    attached = _is_running(programs, directory)
    if not attached:
        _configure(directory, owner, _CONFIGURATION | extra)
        _prepare_sockets(sockets, directory, owner)
        locks.clear(directory, sockets)
        _launch(programs, directory, sockets)
    with databases.administer(sockets) as connection:
        databases.ensure(connection, DATABASE, roles_of=DATABASE, template=None)
    found = databases.urls(sockets, DATABASE, roles_of=DATABASE)
    return Cluster(
        owner_url=found.owner_url,
        app_url=found.app_url,
        directory=directory,
        sockets=sockets,
        programs=programs,
        attached=attached,
        created=created,
    )


def _initialise(programs: Programs, directory: Path, owner: Owner | None, *, quick: bool) -> None:
    """Make the cluster beside its place and move it there whole: a killed start leaves none."""
    draft = directory.with_name(f"{directory.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    postgres_programs.hand_over([draft], owner)
    words = ["-D", str(draft), "-U", "postgres", "-E", "UTF8", "--auth-local=trust"]
    words += ["--auth-host=reject", "--no-instructions"]
    if programs.version >= 17:
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        words += ["--locale=C.UTF-8"]
    ended = programs.run("initdb", *words, *(["--no-sync"] if quick else []), owner=owner)
    if ended.returncode != 0:
        raise NoDatabase(f"initdb failed: {ended.stderr.strip() or ended.stdout.strip()}")
    with (draft / "postgresql.conf").open("a", encoding="ascii") as configuration:
        configuration.write("\ninclude_if_exists = 'farelegami.conf'\n")
    draft.rename(directory)


def _configure(directory: Path, owner: Owner | None, values: dict[str, str]) -> None:
    path = directory / "farelegami.conf"
    lines = ["# written anew at every start"]
    lines += [f"{name} = {value}" for name, value in values.items()]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    postgres_programs.hand_over([path], owner)


def _launch(programs: Programs, directory: Path, sockets: Path) -> None:
    log = directory / "start.log"
    words = ["-w", "-t", "60", "-l", str(log), "-o", f"-k '{sockets}' -p {databases.PORT}"]
    if _pg_ctl(programs, directory, "start", *words) != 0:
        raise NoDatabase(f"PostgreSQL did not start in {directory}: {_last_words(directory)}")


def _last_words(directory: Path) -> str:
    logs = sorted((directory / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    paths = [path for path in [*logs[-1:], directory / "start.log"] if path.exists()]
    said = (path.read_text(encoding="utf-8", errors="replace")[-800:] for path in paths)
    return "\n".join(said).strip()


def _is_running(programs: Programs, directory: Path) -> bool:
    """Whether a server runs here, and not only a process that got its old number."""
    if _pg_ctl(programs, directory, "status") != 0:
        return False
    number = (directory / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]
    return locks.lives(number, directory)


def _pg_ctl(programs: Programs, directory: Path, verb: str, *words: str) -> int:
    owner = postgres_programs.owner(directory)
    return programs.run("pg_ctl", verb, "-D", str(directory), *words, owner=owner).returncode


def _version(directory: Path) -> int | None:
    path = directory / "PG_VERSION"
    return int(path.read_text(encoding="ascii")) if path.exists() else None


def _sockets(directory: Path) -> Path:
    """The socket's folder: the cluster's own, or a private one where that path is too long."""
    if len(os.fsencode(directory)) <= _LONGEST_SOCKET - len("/.s.PGSQL.5432"):
        return directory
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path("/tmp", f"farelegami-{name}")  # noqa: S108 (checked in _prepare_sockets)


def _prepare_sockets(sockets: Path, directory: Path, owner: Owner | None) -> None:
    if sockets == directory:
        return
    sockets.mkdir(mode=0o700, exist_ok=True)
    if sockets.is_symlink() or sockets.stat().st_uid not in {os.geteuid(), *_uids(owner)}:
        raise NoDatabase(f"{sockets} belongs to somebody else. Set a shorter FARELEGAMI_DATA")
    postgres_programs.hand_over([sockets], owner)


def _uids(owner: Owner | None) -> set[int]:
    return set() if owner is None else {owner.uid}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the system lets go by itself when this process dies."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _sweep(parent: Path) -> None:
    for home in parent.glob("farelegami-tmp-*"):
        try:
            with (home / "in-use").open("a") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _pg_ctl(postgres_programs.find(), home / "pg", "stop", "-m", "immediate")
                shutil.rmtree(home, ignore_errors=True)
        except OSError:  # in use, or somebody else's
            continue
