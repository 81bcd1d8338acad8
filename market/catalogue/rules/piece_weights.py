"""What one piece weighs, as its name says it: taken only where it can be nothing else.

A wrong weight shares the transport wrongly and nobody sees it; a missing one is asked for.
"""

import re
from fractions import Fraction

from market.catalogue.rules.measures import COUNTED, measure
from market.catalogue.rules.written_numbers import readings

_LARGEST_G = 1_000_000
_NUMBER = r"\d(?:[\d.,'’]*\d)?"
_WEIGHT = re.compile(rf"(?<![\d.,'’])({_NUMBER})\s*(kg|hg|gr|g)\b", re.ASCII)
# Numbers that count nothing: a share, a ripeness, the grade of a flour, a year, one piece.
_COUNTS_NOTHING = re.compile(
    rf"""{_NUMBER}\s*(?:%|mes[ei]\b|giorn[oi]\b|ann[oi]\b)
    | \btipo\s*[012]\b | (?<![\d.,/])00?(?![\d.,/]) | (?<![\d.,/])20[23]\d(?![\d.,/])
    | (?<![\d.,/])1\s*(?:{"|".join(COUNTED)})\b""",
    re.ASCII | re.VERBOSE,
)
_NUMBER_IN_WORDS = re.compile(
    r"\b(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|dodici|mezz[oa]|doppi[oa]|coppia"
    r"|bis|tris|bipack|multipack|multipl[oa])\b"
)


def weight_in_name(name: str) -> int | None:
    """Read the weight of one piece, in grams, where its name says exactly one ("240 gr").

    None where another number stands beside it that may count or divide it ("1/2 kg",
    "1,2-1,5 kg", "2 pacchi da 300 g"), or where the number can be read in two ways ("1.000 g").
    """
    text = name.casefold()
    found = _WEIGHT.search(text)
    if found is None:
        return None
    around = f"{text[: found.start()]} | {text[found.end() :]}"
    around = _COUNTS_NOTHING.sub(" ", around)
    if any(sign.isnumeric() for sign in around) or _NUMBER_IN_WORDS.search(around):
        return None
    numbers = readings(found[1])
    per = measure(found[2]).quantity
    # Nobody writes a part of a gram: what looks like one is a thousand, or a slip.
    if len(numbers) != 1 or (per == 1 and not found[1].isdecimal()):
        return None
    grams = Fraction(numbers[0]) * per
    return int(grams) if grams.denominator == 1 and 0 < grams <= _LARGEST_G else None


def weight_said(name: str, sold_as: str) -> int | None:
    """Read what a piece weighs in its name, or in the name of its unit ("500 g").

    What either says counts for both: of "uova 60 g" in a "confezione da 6" nothing is certain.
    """
    own = weight_in_name(name)
    if own is not None and own == weight_in_name(sold_as):
        return own
    return weight_in_name(f"{name} {sold_as}")
