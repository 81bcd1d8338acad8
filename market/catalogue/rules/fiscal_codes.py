"""Italian VAT numbers and tax codes: one way to write them, and whether they can be true."""

import re

from kit.errors import Message

_TAX_CODE = re.compile(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9A-Z]{4}")


def tidy(text: str) -> str:
    """Write a code in capitals, without blanks and without the country in front."""
    code = "".join(text.upper().split())
    return code[2:] if code.startswith("IT") and code[2:].isdigit() else code


def vat_number_problem(code: str) -> Message | None:
    """Say what is wrong with an Italian VAT number: 11 digits, the last a check (Luhn).

    Source: DPR 633/1972 art. 35 and the check digit published by the Agenzia delle Entrate.
    """
    if not (code.isascii() and code.isdigit() and len(code) == 11):
        return Message("La partita IVA ha 11 cifre.")
    doubled = (int(digit) * 2 for digit in code[1:10:2])
    total = sum(int(digit) for digit in code[0:10:2]) + sum(n - 9 if n > 9 else n for n in doubled)
    if (10 - total % 10) % 10 != int(code[10]):
        return Message("La partita IVA non è giusta: ricontrolla le cifre.")
    return None


def tax_code_problem(code: str) -> Message | None:
    """Say what is wrong with a tax code: 16 signs of a person, or 11 digits of a body."""
    if _TAX_CODE.fullmatch(code):
        return None
    if vat_number_problem(code) is None:
        return None
    return Message("Il codice fiscale ha 16 lettere e cifre (11 cifre per un ente).")
