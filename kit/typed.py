"""Reading what people typed into exact values, collecting everything that is wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from kit.errors import Message
from kit.money import parse_euro

MISSING = Message("Manca: scrivi qui.")
MISSING_CHOICE = Message("Manca: scegli una voce.")

# Ten million euro: above it an amount in a call for small firms is a slip of the keyboard.
LARGEST_AMOUNT = 1_000_000_000

_DECIMAL = re.compile(r"^\d{1,4}(?:[.,]\d{1,3})?$")
_WHOLE = re.compile(r"^\d{1,9}$")


def euro_text(cents: int) -> str:
    """Write cents as Italians read them: 123450 is "1.234,50 €"."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{grouped},{rest:02d}\u00a0€"


class Reader:
    """Reads fields of a mapping of typed texts; `errors` names each field that is wrong.

    A reader never stops at the first error, so that a person sees all of them at once.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.errors: dict[str, Message] = {}

    def typed(self, name: str) -> str:
        """Return what stands in a field, without the blanks around it."""
        return self.values.get(name, "").replace("\r\n", "\n").strip()

    def wrong(self, name: str, text: str | Message, /, **values: object) -> None:
        """Note what is wrong with a field; the first reason is kept."""
        message = text if isinstance(text, Message) else Message(text, **values)
        self.errors.setdefault(name, message)

    def text(self, name: str, *, required: bool = True, longest: int = 200) -> str:
        """Read a text of at most `longest` characters."""
        typed = self.typed(name)
        if required and not typed:
            self.wrong(name, MISSING)
        if len(typed) > longest:
            self.wrong(
                name,
                Message(
                    "Sono {length} caratteri: al massimo {longest}.",
                    length=len(typed),
                    longest=longest,
                ),
            )
        return typed

    def euro(self, name: str, *, required: bool = True, largest: int = LARGEST_AMOUNT) -> int:
        """Read an amount into cents, 0 where it is missing or wrong; never negative."""
        typed = self.typed(name)
        if not typed:
            if required:
                self.wrong(name, Message("Manca l'importo. Se non c'è, scrivi 0."))
            return 0
        cents = parse_euro(typed) if len(typed) <= 30 else None
        if cents is None:
            self.wrong(name, Message("Scrivi un importo in euro, per esempio 1.234,50."))
            return 0
        if cents < 0:
            self.wrong(name, Message("L'importo non può essere negativo."))
            return 0
        if cents > largest:
            self.wrong(name, Message("Al massimo {largest}.", largest=euro_text(largest)))
            return 0
        return cents

    def whole(self, name: str, lowest: int, highest: int) -> int:
        """Read a whole number between two bounds, `lowest` where it is wrong."""
        typed = self.typed(name)
        if not typed:
            self.wrong(name, MISSING)
            return lowest
        number = int(typed) if _WHOLE.match(typed) and typed.isascii() else None
        if number is None or not lowest <= number <= highest:
            self.wrong(
                name,
                Message(
                    "Scrivi un numero intero da {lowest} a {highest}.",
                    lowest=lowest,
                    highest=highest,
                ),
            )
            return lowest
        return number

    def decimal(self, name: str, *, required: bool = True) -> Decimal | None:
        """Read a number with at most three decimals, comma or point; None where absent."""
        typed = self.typed(name)
        if not typed:
            if required:
                self.wrong(name, MISSING)
            return None
        number = decimal(typed)
        if number is None:
            self.wrong(name, Message("Scrivi un numero, per esempio 7,5."))
        return number

    def day(self, name: str) -> date | None:
        """Read a day as date fields send it (2026-12-03), or as Italians write it."""
        typed = self.typed(name)
        if not typed:
            self.wrong(name, MISSING)
            return None
        day = _day(typed)
        if day is None:
            self.wrong(name, Message("Scrivi una data, per esempio 03/12/1998."))
        return day

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """Read one of the allowed values; the empty text where it is none of them."""
        typed = self.typed(name)
        if typed in allowed:
            return typed
        self.wrong(name, MISSING_CHOICE)
        return ""

    def flag(self, name: str) -> bool:
        """Read a checkbox."""
        return self.typed(name) not in ("", "no", "0", "false")


def decimal(typed: str) -> Decimal | None:
    """Read a number of at most four digits and three decimals; None when it is none."""
    if not typed.isascii() or not _DECIMAL.match(typed):
        return None
    return Decimal(typed.replace(",", "."))


def _day(typed: str) -> date | None:
    match = re.match(r"^(\d{4})-(\d{2})-(\d{2})$", typed, re.ASCII)
    if match is None:
        match = re.match(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$", typed, re.ASCII)
        if match is None:
            return None
        year, month, day = match.group(3), match.group(2), match.group(1)
    else:
        year, month, day = match.group(1), match.group(2), match.group(3)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
