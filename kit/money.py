"""Euro in integer cents: reading, writing and splitting them without losing one."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from kit.spelled import tidy

MICROS_PER_CENT = 10_000
"""A price per unit is in millionths of a euro: finer than any coin, exact for what lists write."""

_BEFORE, _AFTER = r"(?:(?:€|euro?) ?)?(?P<sign>-?)", r"(?: ?(?:€|euro?))?"
_WHOLE = r"(?P<whole>[1-9]\d{0,2}(?P<gap>[. ])\d{3}(?:(?P=gap)\d{3}){0,3}|\d{1,13})"
_EURO = re.compile(rf"{_BEFORE}{_WHOLE}(?:,(?P<rest>\d{{1,2}}))?{_AFTER}", re.ASCII | re.I)
_SIGN = re.compile(r"^(?:€|euro?) ?| ?(?:€|euro?)$", re.I)
_EURO_POINT = re.compile(
    rf"{_BEFORE}(?P<whole>\d{{1,13}})\.(?P<rest>\d{{1,2}}){_AFTER}", re.ASCII | re.I
)


def parse_euro(text: str) -> int | None:
    """Read an amount as Italians type and paste it ("1.234,50 €", "12,5", "12.50") into cents.

    A point followed by exactly three digits groups thousands, as a blank of any width does;
    by one or two, it is the decimal sign of whoever types the English way. None when it is no
    amount.
    """
    typed = tidy(text)
    match = _EURO_POINT.fullmatch(typed) or _EURO.fullmatch(typed)
    if match is None:
        return None
    whole = int(match["whole"].replace(".", "").replace(" ", ""))
    cents = whole * 100 + int(((match["rest"] or "") + "00")[:2])
    return -cents if match["sign"] else cents


def without_sign(text: str) -> str:
    """Leave out the sign of the euro that stands before or behind a number."""
    return _SIGN.sub("", tidy(text))


def half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves away from zero (commercial rounding)."""
    doubled = abs(value) * 2
    rounded = (doubled.numerator // doubled.denominator + 1) // 2
    return rounded if value >= 0 else -rounded


def split(
    total: int, weights: Sequence[int | Fraction], keys: Sequence[Any] | None = None
) -> list[int]:
    """Split `total` in proportion to `weights` so that the parts sum to it exactly.

    Largest remainder (Hamilton): everyone gets the floor of the exact share, what is
    left goes one by one to the largest remainders, ties to the smaller key (`keys`
    defaults to the position). A weight of 0 gets 0; a negative total mirrors the
    positive one. Raises ValueError for a negative weight, or when there is something to
    split and no weight to carry it.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if total < 0:
        return [-part for part in split(-total, weights, keys)]
    whole = sum(weights)
    if total == 0:
        return [0] * len(weights)
    if whole == 0:
        raise ValueError("nothing to split over")
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [int(floor) for floor, _ in shares]
    order = sorted(
        (i for i in range(len(weights)) if weights[i] > 0),
        key=lambda i: (-shares[i][1], keys[i] if keys is not None else i),
    )
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
