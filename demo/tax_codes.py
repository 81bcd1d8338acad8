"""Italian tax codes for invented people (DM 23 December 1976), so that forms accept them."""

from datetime import date

from stdnum.it.codicefiscale import calc_check_digit

_MONTHS = "ABCDEHLMPRST"
_CREMONA = "D150"


def tax_code(first: str, last: str, sex: str, born: date) -> str:
    """Write the code of somebody born in Cremona; `sex` is F or M."""
    day = born.day + (40 if sex == "F" else 0)
    letters = _letters(last) + _letters(first, given=True)
    start = f"{letters}{born:%y}{_MONTHS[born.month - 1]}{day:02d}{_CREMONA}"
    return start + calc_check_digit(start)


def _letters(name: str, *, given: bool = False) -> str:
    """Three letters of a name: consonants, then vowels, then X; given names skip the second."""
    flat = "".join(_PLAIN.get(letter, letter) for letter in name.upper() if letter.isalpha())
    consonants = "".join(letter for letter in flat if letter not in "AEIOU")
    vowels = "".join(letter for letter in flat if letter in "AEIOU")
    if given and len(consonants) > 3:
        consonants = consonants[0] + consonants[2:4]
    return (consonants + vowels + "XXX")[:3]


_PLAIN = dict(zip("ÀÈÉÌÒÙ", "AEEIOU", strict=True))
