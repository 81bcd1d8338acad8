"""Files by their content: stored once under their SHA-256, never changed.

A row names its file in a column that says so (`info=files.NAMED`). What no row names any more is
taken away by a timer, as are the drafts of writers that were killed.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import clock, jobs, log
from kit.db import Base
from kit.errors import Message, NotFound
from kit.settings import settings

_SHA256 = re.compile(r"[0-9a-f]{64}")

NAMED = {"names_a_file": True}
"""The `info` of a column that holds the SHA-256 of a stored file."""

UNTOUCHED = timedelta(hours=6)
"""Longer than a transaction whose row is still to come, and than a backup that copies files."""

OVERDUE = timedelta(days=1)
"""What the timer should have taken away by then."""


def put(content: bytes) -> str:
    """Store bytes and return their SHA-256 (hex); storing the same twice is storing once.

    On return they are on the disk, under their final name or not at all: the row that
    names them may be committed.
    """
    digest = digest_of(content)
    target = path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _held(fcntl.LOCK_SH):
        try:
            os.utime(target)  # wanted again: not to be taken away before its row is there
        except FileNotFoundError:
            write_whole(target, content)
    return digest


def digest_of(content: bytes) -> str:
    """Give the SHA-256 (hex) under which bytes are, or would be, stored."""
    return hashlib.sha256(content).hexdigest()


def get(digest: str) -> bytes:
    """Read the bytes of a SHA-256.

    Raises NotFound when they are not stored, and ValueError when the disk no longer gives
    what was stored (a damaged file is never handed out).
    """
    try:
        content = path(digest).read_bytes()
    except FileNotFoundError:
        raise NotFound() from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"the stored file {digest} is damaged")
    return content


def path(digest: str) -> Path:
    """Where the bytes of a SHA-256 lie; for streaming, after the right to read is checked."""
    if not _SHA256.fullmatch(digest):
        raise ValueError("not a SHA-256 in lower-case hex")
    return _place(digest)


@jobs.periodic(
    "kit.collect_files", cron="41 * * * *", named=Message("Togliere i file che nessuno usa più")
)
def collect(session: Session, now: datetime) -> None:
    """Take away what no row names and nobody stored again for `UNTOUCHED` (a timer's work)."""
    taken = 0
    for stored in _unnamed(session, now - UNTOUCHED):
        with _held(fcntl.LOCK_EX):
            if _touched(stored) < now - UNTOUCHED:
                stored.unlink(missing_ok=True)
                taken += 1
    if taken:
        log.logger.info("files_collected", files=taken)


def violations(session: Session) -> list[str]:
    """Say which rows name a file that is not there, and how many files lie there for nobody."""
    lost = sorted(digest for digest in _named(session) if not _place(digest).exists())
    found = [f"file {digest} is named by a row and not stored" for digest in lost]
    left = len(_unnamed(session, clock.now(session) - OVERDUE))
    return [*found, *([f"files stored for a day that no row names: {left}"] if left else [])]


def _unnamed(session: Session, before: datetime) -> list[Path]:
    """What was last stored before an instant and is named by no row, drafts included."""
    old = [stored for stored in _stored() if _touched(stored) < before]
    named = {_place(digest) for digest in _named(session)} if old else set()
    return [stored for stored in old if stored not in named]


def _named(session: Session) -> set[str]:
    """The files that rows name, of every table that is known here."""
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info.get("names_a_file")
    ]
    return {
        digest
        for column in columns
        for digest in session.scalars(select(column).where(column.is_not(None)).distinct())
    }


def _stored() -> Iterator[Path]:
    return (each for each in _folder().glob("??/*") if each.is_file())


def _touched(stored: Path) -> datetime:
    """When a file was last stored; never again, if it has just gone."""
    try:
        return datetime.fromtimestamp(stored.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


@contextmanager
def _held(how: int) -> Iterator[None]:
    """Keep storing and taking away apart, in all processes that share the folder."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / ".lock").open("a") as handle:
        fcntl.flock(handle, how)
        yield


def _place(digest: str) -> Path:
    return _folder() / digest[:2] / digest[2:]


def _folder() -> Path:
    return settings().data_dir / "files"


def write_whole(target: Path, content: bytes) -> None:
    """Write a file of mode 0600 that survives a power cut: either whole or not there."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the name itself durable, and that of a folder just made."""
    for level in (folder, folder.parent):
        descriptor = os.open(level, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
