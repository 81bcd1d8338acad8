"""The lot: the last tie-break, drawn from what was sent and from nothing else."""

import hashlib
from collections.abc import Mapping


def lot(seed: str, code: str) -> str:
    """The public lot of an application: SHA-256 of seed and code, the lower comes first."""
    return hashlib.sha256(f"{seed}|{code}".encode()).hexdigest()


def seed_of(envelopes: Mapping[str, str]) -> str:
    """The seed of the lots: SHA-256 over every envelope sent, in code order.

    It exists only from the deadline on, when the set of envelopes (code to SHA-256 of the
    sealed content) can no longer change; the office cannot choose it.
    """
    lines = "".join(f"{code} {envelopes[code]}\n" for code in sorted(envelopes))
    return hashlib.sha256(lines.encode()).hexdigest()
