"""The fingerprint of a receipt: one digit of anything it stands for, and it is another."""

import hashlib
from datetime import UTC, datetime, timedelta

from calls.applications.rules.receipts import fingerprint

AT = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)


def test_it_is_the_hash_of_one_line_that_anybody_writes():
    line = f"2026/0000042|2026-03-02T09:00:00.000005Z|800000|{'a' * 64}"
    found = fingerprint("2026/0000042", AT, 8_000_00, "a" * 64)
    assert found == hashlib.sha256(line.encode()).hexdigest()


def test_whatever_of_it_changes_it_is_another():
    later, other = AT + timedelta(microseconds=1), "a" * 63 + "b"
    found = {
        fingerprint("2026/0000042", AT, 8_000_00, "a" * 64),
        fingerprint("2026/0000043", AT, 8_000_00, "a" * 64),
        fingerprint("2026/0000042", later, 8_000_00, "a" * 64),
        fingerprint("2026/0000042", AT, 8_000_01, "a" * 64),
        fingerprint("2026/0000042", AT, 8_000_00, other),
    }
    assert len(found) == 5
