"""The files of the migrations: one line of revisions, and what must not be edited any more.

`published.txt` beside them keeps SHA-256 and name of each published revision, in the form
that `sha256sum --check` reads. It only ever grows.
"""

import argparse
import hashlib
import io
import re
from datetime import date
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError

PUBLISHED = "published.txt"
LONGEST = 32  # characters; Alembic keeps the name in a column of this width


def config(folder: Path) -> Config:
    """How Alembic is run on a folder of migrations: silent, a file named by its revision."""
    found = Config(stdout=io.StringIO(), cmd_opts=argparse.Namespace(quiet=True))
    found.set_main_option("script_location", str(folder).replace("%", "%%"))
    found.set_main_option("file_template", "%%(rev)s")
    return found


def next_name(folder: Path, message: str, day: date) -> str:
    """Name a new revision by its day and the message's words: `20260302_hold_the_keys`.

    Raises CommandError with a sentence when the name is taken or the line has two ends.
    """
    if forks := _forks(folder):
        raise CommandError(forks[0])
    words = "_".join(re.findall(r"[a-z0-9]+", message.lower()))
    room = LONGEST - len("YYYYMMDD_")
    if len(words) > room:
        words = words[: room + 1].rpartition("_")[0] or words[:room]
    if not words:
        raise CommandError('say in a few English words what changes: MESSAGE="Hold the keys"')
    name = f"{day:%Y%m%d}_{words}"
    if file_of(folder, name).exists():
        raise CommandError(f"{name} is there already: say it in other words")
    return name


def file_of(folder: Path, name: str) -> Path:
    """Where the revision of a name given by `next_name` lies."""
    return folder / "versions" / f"{name}.py"


def publish(folder: Path, *, but: str | None = None) -> list[str]:
    """List every revision that is not listed yet, except `but`; give their files' names."""
    listed = _published(folder)
    added = [name for name in _files(folder) if name not in listed and name != f"{but}.py"]
    with (folder / PUBLISHED).open("a", encoding="utf-8") as handle:
        for name in added:
            handle.write(f"{_digest(folder, name)}  versions/{name}\n")
    return added


def problems(folder: Path) -> list[str]:
    """Say in words what is wrong: edited once published, not one line, or not listed."""
    listed = _published(folder)
    found = []
    for name, digest in listed.items():
        if not (folder / "versions" / name).exists():
            found.append(f"{name} was published and is gone: put it back")
        elif _digest(folder, name) != digest:
            found.append(f"{name} was edited after it was published: undo, write a new one")
    if found or (found := _forks(folder)):
        return found
    return [
        f"{name} has one standing on it and is not listed: python -m kit.migrate publish"
        for name in _files(folder)[:-1]
        if name not in listed
    ]


def _forks(folder: Path) -> list[str]:
    """Name the places where history is not one line."""
    followers: dict[str, list[str]] = {}
    for script in _oldest_first(folder):
        before = script.down_revision or "nothing"
        for name in (before,) if isinstance(before, str) else before:
            followers.setdefault(name, []).append(script.revision)
    return [
        f"{' and '.join(names)} both follow {before}, but history is one line: in the one that"
        " is not published, let down_revision name the other"
        for before, names in followers.items()
        if len(names) > 1
    ]


def _oldest_first(folder: Path) -> list[Script]:
    return list(ScriptDirectory.from_config(config(folder)).walk_revisions())[::-1]


def _files(folder: Path) -> list[str]:
    return [Path(script.path).name for script in _oldest_first(folder)]


def _published(folder: Path) -> dict[str, str]:
    """The digest of each published file, by its name."""
    lines = (folder / PUBLISHED).read_text(encoding="utf-8").splitlines()
    return {Path(name).name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def _digest(folder: Path, name: str) -> str:
    return hashlib.sha256((folder / "versions" / name).read_bytes()).hexdigest()
