"""`python -m kit.run.backup`: everything FareLegami knows in one folder, and back again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kit import log
from kit.postgres import clusters, programs
from kit.postgres.programs import NoDatabase
from kit.settings import Settings, UnsafeSettings, settings

USAGE = "usage: python -m kit.run.backup save FOLDER | python -m kit.run.backup restore BACKUP"
_DUMP = "database.dump"
_FILES = "files"
_MANIFEST = "manifest.json"


class BackupFailed(Exception):
    """The backup was not made or not brought back; the sentence says why."""


def save(current: Settings, folder: Path, now: datetime) -> Path:
    """Write a new backup into `folder`, whole or not at all, while FareLegami goes on.

    The database is dumped first and the files are copied after it: every file that the
    dump names was stored before. `now` (UTC) names the backup.
    """
    if current.database_owner_url is None:
        raise BackupFailed("DATABASE_OWNER_URL is not set: only the owner reads every table")
    home = folder.absolute() / f"farelegami-{now:%Y%m%dT%H%M%SZ}"
    draft = home.with_name(f".{home.name}")
    draft.mkdir(parents=True, mode=0o700)
    try:
        _fill(current, current.database_owner_url.reveal(), draft)
        draft.rename(home)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return home


def _fill(current: Settings, url: str, draft: Path) -> None:
    with ExitStack() as stack:
        if current.embedded:
            stack.enter_context(clusters.running(current.data_dir))
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--file", str(draft / _DUMP))
    unfinished = shutil.ignore_patterns(".*")  # what a writer has not given its name yet
    for name in (_FILES, "secret"):
        source = current.data_dir / name
        if source.is_dir():
            shutil.copytree(source, draft / name, ignore=unfinished, copy_function=_copy)
        elif source.exists():
            shutil.copy2(source, draft / name)
    _write_manifest(draft)


def _copy(source: str, target: str) -> None:
    """Copy a file, unless it has gone: only what no row names is ever taken away."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def restore(current: Settings, backup: Path) -> None:
    """Bring a backup back into an empty data folder with its embedded database.

    Raises BackupFailed when the backup is damaged or the folder is in use.
    """
    check(backup)
    if not current.embedded or current.database_owner_url is None:
        raise BackupFailed("DATABASE_URL is set; restore that server with pg_restore instead")
    if (current.data_dir / "pg").exists():
        raise BackupFailed(f"{current.data_dir} holds a database; name a new FARELEGAMI_DATA")
    with clusters.running(current.data_dir):
        words = ["--exit-on-error", "--single-transaction", "--no-owner", "--dbname"]
        _run(current.database_owner_url.reveal(), "pg_restore", *words, last=backup / _DUMP)
    for name in (_FILES, "secret"):
        source, target = backup / name, current.data_dir / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy2(source, target)


def check(backup: Path) -> None:
    """Compare every file of a backup with its manifest; raises BackupFailed."""
    try:
        wanted: dict[str, str] = json.loads((backup / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BackupFailed(f"{backup} is not a backup of FareLegami") from problem
    found = _digests(backup)
    wrong = sorted(name for name, _ in wanted.items() ^ found.items())
    if wrong:
        raise BackupFailed(f"{backup} is damaged: {', '.join(wrong[:5])}")


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


def _write_manifest(folder: Path) -> None:
    text = json.dumps(_digests(folder), indent=1, sort_keys=True)
    (folder / _MANIFEST).write_text(text, encoding="utf-8")


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
                restore(settings(), Path(backup))
                print(f"restored into {settings().data_dir}")
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except (BackupFailed, NoDatabase, UnsafeSettings, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
