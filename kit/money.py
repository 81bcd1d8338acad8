"""Euro in integer cents: reading, writing and splitting them without losing one."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NewType

Cents = NewType("Cents", int)

_EURO = re.compile(r"^\s*(?:€\s*)?(-?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?\s*(?:€)?\s*$")
_EURO_POINT = re.compile(r"^\s*(?:€\s*)?(-?)(\d+)\.(\d{1,2})\s*(?:€)?\s*$")


def parse_euro(text: str) -> int | None:
    """Read an amount as Italians type it ("1.234,50", "12,5", "12.50") into cents.

    A point followed by exactly three digits groups thousands; by one or two, it is the
    decimal sign of whoever types the English way. None when it is no amount.
    """
    match = _EURO_POINT.match(text) or _EURO.match(text)
    if match is None:
        return None
    sign, whole, decimals = match.group(1), match.group(2), match.group(3) or ""
    cents = int(whole.replace(".", "")) * 100 + int((decimals + "00")[:2])
    return -cents if sign else cents


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
