"""What people write and paste, read as values: numbers, days, hours, ids.

Every function takes a text and gives the value, or None where the text is none. Points and
blanks of any width may group thousands, signs that nobody sees are left out; digits of other
alphabets are no numbers. Amounts in euro are read by `kit.money`, addresses by
`kit.emails`.
"""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

MAX_ID = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2200  # outside, a year is a slip of the keyboard

# Pasted along with a number or an address: blanks of no width, marks of direction, the hyphen
# that shows only at the end of a line.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# What nobody sees in a text: as above, and the letters of Hangul that are blank by themselves.
_UNSEEN_IN_TEXT = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
# A joiner is seen where letters or pictures join: in Arabic, in the scripts of India and their
# neighbours, between the signs of one emoji. Anywhere else it shows nothing.
_JOINED = (
    "\u0600-\u085f\u08a0-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
    "\u2190-\u2bff\u3030\ufe0f\U00011000-\U00011fff\U0001f000-\U0001faff\U000e007f"
)
_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINED}\u200c\u200d])")
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?", re.ASCII)
_FINE = re.compile(r"-?(?:\d{1,12}|[1-9]\d{0,2}(?:[. ]\d{3}){1,3})[.,](\d{1,60})", re.ASCII)
_GROUPED = re.compile(r"-?[1-9]\d{0,2}([. ])\d{3}(?:\1\d{3}){0,3}(,\d{1,6})?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_HOUR = re.compile(
    r"(.+?)(?:T|,? (?:ore )?)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?", re.ASCII | re.IGNORECASE
)


_UNIT = re.compile(r"(.*\d) ?([^\W\d_]+)\.?")


def tidy(text: str) -> str:
    """Leave out what nobody sees and make every run of blanks one plain blank."""
    return " ".join(_UNSEEN.sub("", text).split())


def visible(text: str) -> str:
    """Leave out of a text what nobody sees: no two names look the same and are not.

    Joiners stay where they join, and every accent is written in one way (NFC).
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _JOINER.sub("", _UNSEEN_IN_TEXT.sub("", text)))


def says_something(text: str) -> bool:
    """Whether anything in a text is seen: a letter, a figure, a sign (also one not known yet)."""
    return any(
        unicodedata.category(sign) in {"Cn", "Co"}
        or (unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK_LETTERS)
        for sign in text
    )


def one_line(text: str) -> str:
    """Make one line of a text: a tab or a line's end, however it is written, is a blank."""
    lines = (line.replace("\t", " ").strip() for line in text.splitlines())
    return " ".join(line for line in lines if line)


def whole(text: str) -> int | None:
    """Read a whole number; "1.234" and "1 234" are grouped thousands."""
    typed = tidy(text)
    grouped = _GROUPED.fullmatch(typed)
    if _WHOLE.fullmatch(typed) or (grouped and not grouped[2]):
        return int(typed.replace(".", "").replace(" ", ""))
    return None


def numbers(text: str) -> tuple[Decimal, ...]:
    """Read an exact number, decimals after a comma or a point ("7,5", "7.5", "1.234,5").

    "1.250" gives both readings, 1.25 and 1250: between the two lies a factor of a thousand,
    and only whoever asked may know which is meant. What is no number gives none.
    """
    typed = tidy(text)
    found = []
    if _DECIMAL.fullmatch(typed):
        found.append(Decimal(typed.replace(",", ".")))
    if _GROUPED.fullmatch(typed):
        found.append(Decimal(typed.replace(".", "").replace(" ", "").replace(",", ".")))
    return tuple(found)


def decimals(text: str) -> int:
    """Tell how many decimals a number is written with; 0 where it is no number."""
    found = _FINE.fullmatch(tidy(text))
    return len(found[1]) if found else 0


def with_unit(text: str) -> tuple[str, str]:
    """Part a number from the one word that stands behind it ("1,5 kg"); "" where there is none."""
    found = _UNIT.fullmatch(tidy(text))
    return (found[1], found[2]) if found else (text, "")


def number(text: str) -> Decimal | None:
    """Read a number that can be read in one way only."""
    found = numbers(text)
    return found[0] if len(found) == 1 else None


def day(text: str) -> date | None:
    """Read a day as date fields send it (2026-12-03) or as Italians write it (3/12/2026)."""
    typed = tidy(text)
    if found := _YEAR_FIRST.fullmatch(typed):
        year, month, day_ = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(typed):
        day_, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day_) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def local(text: str) -> datetime | None:
    """Read a day with an hour ("2026-12-03T20:00", "3/12/2026 20.00"); naive, civil time."""
    found = _HOUR.fullmatch(tidy(text))
    day_ = day(found[1]) if found else None
    if found is None or day_ is None:
        return None
    try:
        return datetime.combine(day_, time(int(found[2]), int(found[3]), int(found[4] or 0)))
    except ValueError:
        return None


def day_ended(text: str) -> date | None:
    """Give the day whose end is written as an hour that no clock shows (3/12/2026 24:00)."""
    found = _HOUR.fullmatch(tidy(text))
    return day(found[1]) if found and (int(found[2]), int(found[3])) == (24, 0) else None


def id_(text: str) -> int | None:
    """Read the id of a row as our own pages write it."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if 1 <= int(text) <= MAX_ID else None
