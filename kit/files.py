"""Files by their content: stored once under their SHA-256, never changed."""

import hashlib
import os
import re
import secrets
from pathlib import Path

from kit.errors import NotFound
from kit.settings import settings

_SHA256 = re.compile(r"[0-9a-f]{64}")


def put(content: bytes) -> str:
    """Store bytes and return their SHA-256 (hex); storing the same twice is storing once.

    On return they are on the disk, under their final name or not at all: the row that
    names them may be committed.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = path(digest)
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, content)
    return digest


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
    return settings().data_dir / "files" / digest[:2] / digest[2:]


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
