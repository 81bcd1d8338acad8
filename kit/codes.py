"""Tax codes, VAT numbers and IBANs: one way to write them, and whether they can be true.

Shapes and check signs are those of python-stdnum: DM 23 December 1976 (codice fiscale, with
the letters that stand for digits where two people would have the same code), DPR 633/1972
art. 35 (partita IVA, Luhn), ISO 13616 (IBAN).
"""

from collections.abc import Callable
from datetime import date

from stdnum import iban as stdnum_iban
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.it import codicefiscale, iva

from kit.errors import Message
from kit.spelled import tidy as tidy_text

PERSON_EXAMPLE = "RSSMRA80A01D150J"
VAT_EXAMPLE = "01234560199"
IBAN_EXAMPLE = "IT60 X054 2811 1010 0000 0123 456"


def tidy(text: str) -> str:
    """Write a code in capitals, without blanks and without the country in front of digits."""
    code = tidy_text(text).upper().replace(" ", "")
    return code[2:] if code.startswith("IT") and code[2:].isdigit() else code


def vat_number(text: str) -> str | Message:
    """Give an Italian VAT number as it is kept (11 digits), or say what is wrong with it."""
    return _checked(
        iva.validate,
        tidy(text),
        Message("La partita IVA ha 11 cifre, per esempio {example}.", example=VAT_EXAMPLE),
        Message(
            "La partita IVA non è giusta: una cifra è sbagliata. Ricontrolla; una giusta è per "
            "esempio {example}.",
            example=VAT_EXAMPLE,
        ),
    )


def person_tax_code(text: str) -> str | Message:
    """Give the tax code of a person (16 signs), or say what is wrong with it."""
    code = tidy(text)
    shape = Message(
        "Il codice fiscale ha 16 lettere e cifre, per esempio {example}.", example=PERSON_EXAMPLE
    )
    return shape if code.isdigit() else _tax_code(code, shape)


def born_on(code: str, day: date) -> bool:
    """Whether a person's tax code (16 signs, true by its check sign) is of somebody born that day.

    The code has two figures of the year, a letter for the month, and the day (40 more for a
    woman); where two people would have the same code, letters stand for figures.
    """
    found = codicefiscale.get_birth_date(code)
    return (found.month, found.day, found.year % 100) == (day.month, day.day, day.year % 100)


_FIGURE_PLACES = (6, 7, 9, 10, 12, 13, 14)
_AS_FIGURES = str.maketrans("LMNPQRSTUV", "0123456789")


def in_figures(code: str) -> str:
    """Write a person's tax code with figures where letters stand for them, without its check sign.

    Source: DM 23 December 1976 (omocodia). Two codes that are one here were made of the same
    name, birth and place. What is not of 16 signs stays as it is.
    """
    if len(code) != len(PERSON_EXAMPLE):
        return code
    signs = [
        sign.translate(_AS_FIGURES) if place in _FIGURE_PLACES else sign
        for place, sign in enumerate(code[:-1])
    ]
    return "".join(signs)


def tax_code(text: str) -> str | Message:
    """Give the tax code of a person (16 signs) or a body (11 digits), or say what is wrong."""
    shape = Message(
        "Il codice fiscale ha 16 lettere e cifre, per esempio {example}; per un ente 11 cifre.",
        example=PERSON_EXAMPLE,
    )
    return _tax_code(tidy(text), shape)


def iban(text: str) -> str | Message:
    """Give an IBAN of any country without blanks, or say what is wrong with it."""
    return _checked(
        stdnum_iban.validate,
        tidy(text),
        Message(
            "L'IBAN ha due lettere e due cifre, poi il numero del conto, per esempio {example}.",
            example=IBAN_EXAMPLE,
        ),
        Message(
            "L'IBAN non è giusto: un segno è sbagliato o manca. Ricontrolla; uno giusto è per "
            "esempio {example}.",
            example=IBAN_EXAMPLE,
        ),
    )


def _tax_code(code: str, shape: Message) -> str | Message:
    return _checked(
        codicefiscale.validate,
        code,
        shape,
        Message(
            "Il codice fiscale non è giusto: un segno è sbagliato. Ricontrolla; uno giusto è per "
            "esempio {example}.",
            example=PERSON_EXAMPLE,
        ),
    )


def _checked(
    validate: Callable[[str], str], code: str, shape: Message, sign: Message
) -> str | Message:
    """Give the code, or what is wrong: its whole shape, or one sign by what the check says."""
    try:
        return validate(code)
    except (InvalidChecksum, InvalidComponent):
        return sign
    except ValidationError:
        return shape
