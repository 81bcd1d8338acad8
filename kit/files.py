"""Files kept under their own SHA-256 in the data folder."""

import hashlib
import os
import tempfile
from pathlib import Path

from kit.settings import settings


def put(content: bytes) -> str:
    """Keep a file and give its SHA-256 (hex); the same content is kept once."""
    name = hashlib.sha256(content).hexdigest()
    target = path(name)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    return name


def get(sha256: str) -> bytes:
    """Read a kept file; raises FileNotFoundError."""
    return path(sha256).read_bytes()


def path(sha256: str) -> Path:
    """Where a file of this SHA-256 lies."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256")
    return settings().data_dir / "files" / sha256[:2] / sha256
