"""Italian tax codes for invented people (DM 23 December 1976), so that forms accept them."""

from datetime import date

_MONTHS = "ABCDEHLMPRST"
_DIGITS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_REST = (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (*_DIGITS, *_DIGITS, *_REST), strict=True))
_CREMONA = "D150"


def tax_code(first: str, last: str, sex: str, born: date) -> str:
    """Write the code of somebody born in Cremona; `sex` is F or M."""
    day = born.day + (40 if sex == "F" else 0)
    letters = _letters(last) + _letters(first, given=True)
    start = f"{letters}{born:%y}{_MONTHS[born.month - 1]}{day:02d}{_CREMONA}"
    return start + _check(start)


def _letters(name: str, *, given: bool = False) -> str:
    """Three letters of a name: consonants, then vowels, then X; given names skip the second."""
    flat = "".join(_PLAIN.get(letter, letter) for letter in name.upper() if letter.isalpha())
    consonants = "".join(letter for letter in flat if letter not in "AEIOU")
    vowels = "".join(letter for letter in flat if letter in "AEIOU")
    if given and len(consonants) > 3:
        consonants = consonants[0] + consonants[2:4]
    return (consonants + vowels + "XXX")[:3]


def _check(start: str) -> str:
    values = (
        _ODD[sign] if place % 2 == 0 else int(sign) if sign.isdigit() else ord(sign) - ord("A")
        for place, sign in enumerate(start)
    )
    return chr(ord("A") + sum(values) % 26)


_PLAIN = dict(zip("ÀÈÉÌÒÙ", "AEEIOU", strict=True))
