"""How names are ordered and searched: accents, marks and capitals do not count.

The server has no ICU, so beside a name that is ordered or searched stands its key, which the
database itself keeps (`key_of`). `key` gives the same for what somebody types, and
`static/src/js/filter.js` in the browser.
"""

import re
import unicodedata

from sqlalchemy import Computed, String
from sqlalchemy.orm import MappedColumn, mapped_column

_MARKS = re.compile("[\u0300-\u036f]")
# Letters that no decomposition takes apart; an apostrophe is one however it is printed.
_ONE = str.maketrans("øđðłħıŧ‘’ʼ`", "oddlhit''''")
_TWO = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}


def _capitals() -> tuple[str, str]:
    """Capitals of Latin, Greek and Cyrillic that are left without marks, and their small ones."""
    letters = [chr(code) for code in range(0x41, 0x530)]
    bare = [c for c in letters if unicodedata.normalize("NFKD", c) == c and len(c.lower()) == 1]
    upper = [c for c in bare if c.lower() != c]
    return "".join(upper), "".join(upper).lower()


_UPPER, _LOWER = _capitals()
_SMALL = str.maketrans(_UPPER, _LOWER)


def key(text: str) -> str:
    """Give what a name is ordered and found by: "María D'Ángelo" is "maria d'angelo"."""
    flat = _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_SMALL).translate(_ONE)
    for letter, two in _TWO.items():
        flat = flat.replace(letter, two)
    return flat


def words(typed: str) -> list[str]:
    """The words somebody searches for, as keys; at most ten count."""
    return key(typed).split()[:10]


def expression(column: str) -> str:
    """The SQL that gives the key of a column; a revision says it in words of its own."""
    found = f"regexp_replace(normalize({column}, NFKD), '[\\u0300-\\u036f]', '', 'g')"
    for upper, lower in ((_UPPER, _LOWER), ("øđðłħıŧ‘’ʼ`", "oddlhit''''")):
        found = f"translate({found}, {_quoted(upper)}, {_quoted(lower)})"
    for letter, two in _TWO.items():
        found = f"replace({found}, {_quoted(letter)}, {_quoted(two)})"
    return found


def key_of(column: str) -> MappedColumn[str]:
    """Declare the key of a column beside it, kept by the database and ordered as it is."""
    return mapped_column(String(collation="C"), Computed(expression(column), persisted=True))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
