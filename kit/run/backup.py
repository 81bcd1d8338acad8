"""`python -m kit.run.backup`: everything FareLegami knows in one folder, and back again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kit import audit, log, witness
from kit.db import make_engine
from kit.postgres import clusters, programs
from kit.postgres.programs import NoDatabase
from kit.settings import Settings, UnsafeSettings, settings
from kit.witness import Misread, Witnessed

USAGE = "usage: python -m kit.run.backup save FOLDER | python -m kit.run.backup restore BACKUP"
_DUMP = "database.dump"
_FILES = "files"
_MANIFEST = "manifest.json"
# A chain of years is walked in one statement.
CHECK_TIMEOUT_S = 1800


class BackupFailed(Exception):
    """The backup was not made or not brought back; the sentence says why."""


def save(current: Settings, folder: Path, now: datetime) -> Path:
    """Write a new backup into `folder`, whole or not at all, while FareLegami goes on.

    The database is dumped first and the files are copied after it: every file that the
    dump names was stored before. `now` (UTC) and the head of the audit chain name the backup,
    so that it is a witness of the chain too (docs/decisions/0023).
    """
    if current.database_owner_url is None:
        raise BackupFailed("DATABASE_OWNER_URL is not set: only the owner reads every table")
    name = f"farelegami-{now:%Y%m%dT%H%M%SZ}"
    draft = folder.absolute() / f".{name}"
    draft.mkdir(parents=True, mode=0o700)
    try:
        held = _fill(current, current.database_owner_url.reveal(), draft, now)
        home = draft.with_name(f"{name}-{held.position}-{held.digest[:12]}" if held else name)
        draft.rename(home)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return home


def _fill(current: Settings, url: str, draft: Path, now: datetime) -> Witnessed | None:
    with ExitStack() as stack:
        if current.embedded:
            stack.enter_context(clusters.running(current.data_dir))
        held = _head(
            url, draft.name.lstrip("."), now
        )  # before the dump, which holds at least this much of the chain
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--file", str(draft / _DUMP))
    unfinished = shutil.ignore_patterns(".*")  # what a writer has not given its name yet
    for name in (_FILES, "secret"):
        source = current.data_dir / name
        if source.is_dir():
            shutil.copytree(source, draft / name, ignore=unfinished, copy_function=_copy)
        elif source.exists():
            shutil.copy2(source, draft / name)
    written = {"audit": held.line if held else None, "files": _digests(draft)}
    (draft / _MANIFEST).write_text(json.dumps(written, indent=1, sort_keys=True), "utf-8")
    return held


@contextmanager
def _owner(url: str) -> Iterator[Session]:
    engine = make_engine(url, pool_size=1, statement_timeout_s=CHECK_TIMEOUT_S)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _head(url: str, name: str, now: datetime) -> Witnessed | None:
    """Record that all is taken out of the house, and read the head of the audit chain.

    None where the tables are not made yet. Of a server that takes no rows (a full disk, a
    standby) a backup is all the more wanted: then the log alone tells.
    """
    with _owner(url) as session:
        if session.scalar(text("select to_regclass('audit_seal')")) is None:
            return None
        try:
            taken = audit.Subject("kit", "backup", 0)
            audit.record(session, None, "taken", taken, now, after={"name": name})
            session.commit()
        except SQLAlchemyError as refused:
            session.rollback()
            log.logger.warning("backup_not_recorded", exc_info=refused)
        return witness.head(session)


def _copy(source: str, target: str) -> None:
    """Copy a file, unless it has gone: only what no row names is ever taken away."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def restore(current: Settings, backup: Path) -> list[str]:
    """Bring a backup back into an empty data folder with its embedded database.

    Returns in words where the audit chain is not the one that the manifest witnesses. Raises
    BackupFailed when the backup is damaged or the folder is in use.
    """
    held = check(backup)
    if not current.embedded or current.database_owner_url is None:
        raise BackupFailed("DATABASE_URL is set; restore that server with pg_restore instead")
    if (current.data_dir / "pg").exists():
        raise BackupFailed(f"{current.data_dir} holds a database; name a new FARELEGAMI_DATA")
    with clusters.running(current.data_dir):
        words = ["--exit-on-error", "--single-transaction", "--no-owner", "--dbname"]
        url = current.database_owner_url.reveal()
        _run(url, "pg_restore", *words, last=backup / _DUMP)
        found = _differences(url, held) if held else []
    for name in (_FILES, "secret"):
        source, target = backup / name, current.data_dir / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy2(source, target)
    return found


def _differences(url: str, held: Witnessed) -> list[str]:
    with _owner(url) as session:
        return audit.unsound(session) + witness.differences(session, [held])


def check(backup: Path) -> Witnessed | None:
    """Compare every file of a backup with its manifest; give the head of the chain it names.

    One of a former release names none, and is a plain list of files. Raises BackupFailed.
    """
    try:
        written = json.loads((backup / _MANIFEST).read_text(encoding="utf-8"))
        whole = isinstance(written.get("files"), dict)
        wanted: dict[str, str] = written["files"] if whole else written
        held = witness.read(written["audit"]) if whole and written["audit"] else None
    except (OSError, ValueError, AttributeError, KeyError, Misread) as problem:
        raise BackupFailed(f"{backup} is not a backup of FareLegami") from problem
    found = _digests(backup)
    wrong = sorted(name for name, _ in wanted.items() ^ found.items())
    if wrong:
        raise BackupFailed(f"{backup} is damaged: {', '.join(wrong[:5])}")
    return held


def _run(url: str, program: str, *words: str, last: Path | None = None) -> None:
    plain = url.replace("+psycopg", "", 1)
    with psycopg.connect(plain) as connection:
        version = connection.info.server_version // 10000
    fitting = [each for each in programs.installed() if each.version >= version]
    if not fitting:
        raise BackupFailed(f"{program} of PostgreSQL {version} or newer is not installed")
    address = conninfo_to_dict(plain)
    password = str(address.pop("password", "") or "")  # other users can read a command line
    rest = [] if last is None else [str(last)]
    ended = subprocess.run(  # noqa: S603 (our own words)
        [str(fitting[0].folder / program), *words, make_conninfo("", **address), *rest],
        env=os.environ | ({"PGPASSWORD": password} if password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise BackupFailed(f"{program} failed: {ended.stderr.strip()[-2000:]}")


def _digests(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.name != _MANIFEST
    }


def main(arguments: list[str]) -> int:
    """Save or restore; 1 with a sentence when it cannot be done."""
    log.hide_values()
    os.umask(0o077)
    try:
        match arguments:
            case ["save", folder]:
                print(save(settings(), Path(folder), datetime.now(UTC)))
            case ["restore", backup]:
                found = restore(settings(), Path(backup))
                print(f"restored into {settings().data_dir}")
                for line in found:
                    print(f"not as witnessed when it was saved: {line}", file=sys.stderr)
                return 1 if found else 0
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except (BackupFailed, NoDatabase, UnsafeSettings, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
