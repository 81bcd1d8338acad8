"""Numbers as lists write them, read for prices, quantities and weights alike."""

import re
from decimal import Decimal

_PLAIN = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_GROUPED_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,15})?", re.ASCII)
_GROUPED_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+\.\d{1,15}", re.ASCII)
_LONGEST = 40


def readings(text: str) -> tuple[Decimal, ...]:
    """Read "3,50", "3.50", "1.234,50" or "1,234.50"; what is no number gives none.

    "1.000" has two readings, 1 as programs write it and 1000 as people do, in this order. A
    comma groups only where a point follows.
    """
    if len(text) > _LONGEST:
        return ()
    found = []
    if _PLAIN.fullmatch(text):
        found.append(Decimal(text.replace(",", ".")))
    if _GROUPED_POINT.fullmatch(text):
        found.append(Decimal(text.replace(".", "").replace(",", ".")))
    if _GROUPED_COMMA.fullmatch(text):
        found.append(Decimal(text.replace(",", "")))
    return tuple(found)
