"""Passwords: argon2id with OWASP's parameters, hashed outside any transaction."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kit.errors import Message

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 iterations, parallelism 1.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Memory and CPU of hashing are bounded: two at once in a process, the rest wait.
_SLOTS = threading.BoundedSemaphore(2)
MINIMUM, MAXIMUM = 10, 200
_COMMON = {"password12", "1234567890", "farelegami", "qwertyuiop", "cremona2026", "password123"}


def hash_password(password: str) -> str:
    """Hash a password (about 50 ms of CPU)."""
    with _SLOTS:
        return _HASHER.hash(password)


_NOBODY = _HASHER.hash("nobody has this password")


def verify(password_hash: str | None, password: str) -> bool:
    """Check a password; an unknown person costs the same time as a known one."""
    with _SLOTS:
        try:
            return _HASHER.verify(password_hash or _NOBODY, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, email: str) -> Message | None:
    """Say why a new password will not do, or None (NIST 800-63B: length, no known ones)."""
    if len(password) < MINIMUM:
        return Message("La password deve avere almeno {n} caratteri.", n=MINIMUM)
    if len(password) > MAXIMUM:
        return Message("La password può avere al massimo {n} caratteri.", n=MAXIMUM)
    lowered = password.lower()
    if lowered in _COMMON or len(set(password)) < 4 or lowered == email:
        return Message("Questa password è troppo facile da indovinare: scegline un'altra.")
    return None
