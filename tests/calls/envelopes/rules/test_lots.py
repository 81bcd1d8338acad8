"""The seed and the lots, against figures worked out with sha256sum."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from calls.envelopes.rules.lots import lot, seed_of

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
ENVELOPES = st.dictionaries(st.from_regex(r"2026/[0-9]{7}", fullmatch=True), HASHES, max_size=8)


def test_seed_and_lot_are_what_sha256sum_says():
    envelopes = {"2026/0000002": "b" * 64, "2026/0000001": "a" * 64}
    lines = f"2026/0000001 {'a' * 64}\n2026/0000002 {'b' * 64}\n"
    assert seed_of(envelopes) == hashlib.sha256(lines.encode()).hexdigest()
    assert lot("s", "c") == hashlib.sha256(b"s|c").hexdigest()


@given(ENVELOPES)
def test_the_order_of_arrival_changes_no_seed(envelopes):
    assert seed_of(envelopes) == seed_of(dict(reversed(envelopes.items())))


@given(ENVELOPES, st.from_regex(r"2025/[0-9]{7}", fullmatch=True), HASHES)
def test_one_envelope_more_is_another_seed(envelopes, code, digest):
    assert seed_of({**envelopes, code: digest}) != seed_of(envelopes)
