"""Reading typed fields into exact values: every error at once, one sentence for each kind.

The one reader of what people type, for pages (`kit.http.forms.Form` is one) and for rules that
read a draft. What a sentence gives as an example is a value of its own, and is accepted.
"""

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from kit import emails, spelled
from kit import typed_words as words
from kit.errors import Invalid, Message, PersonError, Refused
from kit.money import MICROS_PER_CENT, parse_euro, without_sign
from kit.rome import instant_from_local
from kit.sentences import bound, euro, number, price


class Unit(NamedTuple):
    """The unit of a field: what people call it, and every name that may stand in the field."""

    called: str
    names: Collection[str]


@dataclass
class Reader:
    """Reads fields of a mapping of typed texts; `errors` says what is wrong, field by field.

    A reader never stops at the first error, and the first one of a field stays. What is
    missing or wrong is None, or the empty text.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)

    def add_error(self, name: str, message: Message) -> None:
        """Say what is wrong with a field ("" for the whole form); the first error stays."""
        self.errors.setdefault(name, message)

    def take(self, error: PersonError, beside: str = "") -> None:
        """Merge what a use case refused: its fields, or `beside` where it names none."""
        if isinstance(error, Invalid):
            for name, message in error.errors.items():
                self.add_error(name, message)
            return
        named = error.field if isinstance(error, Refused) else None
        self.add_error(named or beside, error.message)

    def check(self) -> None:
        """Raise Invalid when anything was wrong."""
        if self.errors:
            raise Invalid(self.errors)

    def raw(self, name: str) -> str:
        """The field as typed, without the blanks around it; empty where nothing of it is seen."""
        typed = self.values.get(name, "").replace("\r\n", "\n").strip()
        return typed if spelled.says_something(typed) else ""

    def text(
        self, name: str, *, required: bool = True, max_length: int = 200, multiline: bool = False
    ) -> str:
        """Read a line (or lines) of text, at most `max_length` characters.

        It is text, also where it looks like HTML: what is typed is kept, but for what nobody
        sees (`spelled.visible`); where nothing is left, it is empty. What ends a line (also a
        slide's or an old document's way) becomes a line break, and in a line a blank, as a tab
        does: nothing breaks it, for titles and names become subjects of letters.
        """
        typed = spelled.visible(self.raw(name)).strip()
        value = "\n".join(typed.splitlines()) if multiline else spelled.one_line(typed)
        if len(value) > max_length:
            self.add_error(
                name,
                Message(
                    "Il testo è troppo lungo: {length} caratteri, il massimo è {max_length}.",
                    length=bound(len(value)),
                    max_length=bound(max_length),
                ),
            )
        elif required and not value:
            self.add_error(name, words.MISSING)
        return value

    def email(self, name: str, *, required: bool = True) -> str:
        """Read an e-mail address kit.mail can send to, in lower case."""
        typed = self._given(name, required=required)
        if typed is None:
            return ""
        found = emails.read(typed)
        if isinstance(found, Message):
            self.add_error(name, found)
            return ""
        return found

    def integer(
        self, name: str, *, minimum: int = 0, maximum: int = 10**12, required: bool = True
    ) -> int | None:
        """Read a whole number between bounds; points may group thousands."""
        typed = self._given(name, required=required)
        if typed is None:
            return None
        found = spelled.whole(typed)
        if found is None:
            shown = "3" if minimum <= 3 <= maximum else str(minimum)
            self.add_error(
                name, Message("Scrivi un numero intero, per esempio {example}.", example=shown)
            )
        elif not minimum <= found <= maximum:
            self._out_of(name, minimum, maximum)
            return None
        return found

    def euro(
        self,
        name: str,
        *,
        minimum: int = 0,
        maximum: int = 10**11,
        required: bool = True,
        outside: Message | None = None,
    ) -> int | None:
        """Read an amount in euro and give it in cents; so are the bounds.

        `outside` is what is said beyond them where a rule has its own sentence.
        """
        typed = self._given(name, required=required)
        if typed is None:
            return None
        cents = parse_euro(typed)
        shown = "12,50" if minimum <= 1250 <= maximum else euro(minimum)
        if cents is None and spelled.decimals(without_sign(typed)) > 2:
            self.add_error(name, words.too_fine(2, shown))
        elif cents is None:
            self.add_error(
                name, Message("Scrivi un importo in euro, per esempio {example}.", example=shown)
            )
        elif not minimum <= cents <= maximum:
            if outside is not None:
                self.add_error(name, outside)
            self.add_error(name, words.not_between(euro(minimum), euro(maximum)))
            return None
        return cents

    def price(self, name: str, *, maximum: int = 10**12, required: bool = True) -> int | None:
        """Read a price for one unit, at most six decimals, in millionths of a euro.

        `maximum` is in millionths too. "1.250" can be read in two ways and is asked.
        """
        typed = self._given(name, required=required)
        if typed is None:
            return None
        bare, scale = without_sign(typed), 100 * MICROS_PER_CENT
        readings = spelled.numbers(bare)
        if not readings and spelled.decimals(bare) > 6:
            self.add_error(name, words.too_fine(6, "0,275"))
        elif not readings:
            self.add_error(
                name, Message("Scrivi un importo in euro, per esempio {example}.", example="0,275")
            )
        if not readings:
            return None
        if not any(0 <= one * scale <= maximum for one in readings):
            self.add_error(name, words.not_between(price(0), price(maximum)))
            return None
        found = self._one_of(name, bare, (Decimal(0), Decimal(maximum) / scale), 6)
        return None if found is None else int(found * scale)

    def decimal(
        self,
        name: str,
        *,
        minimum: Decimal = Decimal(0),
        maximum: Decimal = Decimal(10**9),
        places: int = 3,
        required: bool = True,
    ) -> Decimal | None:
        """Read an exact number with at most `places` decimals, after a comma or a point."""
        typed = self._given(name, required=required)
        if typed is None:
            return None
        found = self._one_of(name, typed, (minimum, maximum), places)
        if found is not None and found.scaleb(places) % 1:
            self.add_error(name, words.too_fine(places, "1,250"[: 2 + places]))
            return None
        return found

    def quantity(
        self,
        name: str,
        per: int,
        *,
        maximum: int = 10**9,
        required: bool = True,
        unit: Unit | None = None,
    ) -> int | None:
        """Read a quantity into smallest units, typed in units of `per` of them.

        `per` is a power of ten: 1000 reads kilograms into grams, 100 etti, 1 pieces. The field's
        own `unit` may stand behind the number; another is refused, never converted.
        """
        bare, said = spelled.with_unit(self.raw(name)) if unit else ("", "")
        if unit and said:
            if said.lower() in unit.names:
                bare_field = Reader({name: bare}, self.errors)
                return bare_field.quantity(name, per, maximum=maximum, required=required)
            example = "3" if per == 1 else "7,5"
            self.add_error(name, words.foreign_unit(said, unit.called, example))
            return None
        if per == 1:
            return self.integer(name, maximum=maximum, required=required)
        places = len(str(per)) - 1
        bound = Decimal(maximum) / per
        found = self.decimal(name, maximum=bound, places=places, required=required)
        return None if found is None else int(found * per)

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Read a day, as a date field sends it or as Italians write it."""
        typed = self._given(name, required=required)
        found = spelled.day(typed or "")
        if typed and found is None:
            self.add_error(name, words.NO_DAY)
        return found

    def instant(self, name: str, *, required: bool = True) -> datetime | None:
        """Read a local date and time of Europe/Rome and give the instant in UTC."""
        typed = self._given(name, required=required)
        local = spelled.local(typed or "")
        if typed and local is None:
            ended = spelled.day_ended(typed)
            self.add_error(name, words.NO_INSTANT if ended is None else words.last_minute(ended))
        try:
            return None if local is None else instant_from_local(local)
        except Refused as refused:
            self.take(refused, name)
            return None

    def choice(self, name: str, allowed: Container[str]) -> str:
        """Read one of the allowed values; the empty text where it is none of them."""
        value = self.raw(name)
        if value in allowed:
            return value
        self.add_error(name, words.NOT_A_CHOICE)
        return ""

    def id_(self, name: str, allowed: Container[int], *, required: bool = True) -> int | None:
        """Read the id of one of the rows offered."""
        typed = self.raw(name)
        found = spelled.id_(typed)
        if found is not None and found in allowed:
            return found
        if typed or required:
            self.add_error(name, words.NOT_A_CHOICE)
        return None

    def flag(self, name: str) -> bool:
        """Read a checkbox: what is ticked sends "yes"."""
        return self.raw(name) in {"1", "on", "true", "yes"}

    def code(
        self, name: str, read: Callable[[str], str | Message], *, required: bool = True
    ) -> str:
        """Read a code that checks itself, by one of the readers of `kit.codes`."""
        typed = self._given(name, required=required)
        found = read(typed) if typed else ""
        if isinstance(found, Message):
            self.add_error(name, found)
            return ""
        return found

    def _given(self, name: str, *, required: bool) -> str | None:
        """The field as typed; None, with its error where it is required, when it is empty."""
        value = self.raw(name)
        if not value and required:
            self.add_error(name, words.MISSING)
        return value or None

    def _one_of(
        self, name: str, typed: str, bounds: tuple[Decimal, Decimal], places: int
    ) -> Decimal | None:
        """Give the one reading of a number that this field can take."""
        minimum, maximum = bounds
        readings = spelled.numbers(typed)
        fitting = [one for one in readings if minimum <= one <= maximum]
        if len(fitting) == 2:
            fitting = [one for one in fitting if not one.scaleb(places) % 1]
        if len(fitting) == 2:
            self.add_error(name, words.two_ways(typed, *map(number, fitting)))
        elif not readings:
            shown = "7,5" if minimum <= Decimal("7.5") <= maximum else number(minimum)
            if spelled.decimals(typed) > places:
                self.add_error(name, words.too_fine(places, shown))
            self.add_error(name, Message("Scrivi un numero, per esempio {example}.", example=shown))
        elif not fitting:
            self._out_of(name, minimum, maximum)
        return fitting[0] if len(fitting) == 1 else None

    def _out_of(self, name: str, minimum: Decimal | int, maximum: Decimal | int) -> None:
        bounds = {"minimum": bound(minimum), "maximum": bound(maximum)}
        self.add_error(name, Message("Scrivi un numero tra {minimum} e {maximum}.", **bounds))
