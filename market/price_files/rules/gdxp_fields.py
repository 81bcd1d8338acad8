"""Reading the fields of a GDXP record: what cannot be read becomes a problem, never a guess."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kit import spelled
from kit.errors import Message
from kit.sentences import bound
from kit.sentences import number as spelled_number
from market.catalogue.rules.listed import Problem
from market.catalogue.rules.plain_text import (
    as_typed,
    line_as_typed,
    plain,
    plain_line,
    unreadable,
)
from market.catalogue.rules.written_numbers import readings
from market.price_files.rules.strict_json import NoNumber, printable

_RAW_TEXT_MAX = 20_000
_NUMBER_MAX = 40
_TRUE = frozenset({"true", "1", "si", "sì", "yes", "y", "vero"})
_FALSE = frozenset({"false", "0", "no", "n", "", "falso"})


@dataclass
class Record:
    """One JSON object being read, with its place in the file and what is wrong with it.

    Its texts may be HTML, but where they are `typed`: in a file that was written here.
    """

    values: dict[str, Any]
    block: int
    row: int = 0
    name: str = ""
    path: str = ""
    problems: list[Problem] = field(default_factory=list)
    children: list["Record"] = field(default_factory=list)
    typed: bool = False
    guessed: list[Message] = field(default_factory=list)
    """Of its own numbers those that can be read otherwise, and as what they were read."""
    _read: set[str] = field(default_factory=set)

    def take(self, key: str) -> Any:
        """Give the raw value of a field; from now on it counts as read."""
        self._read.add(key)
        return self.values.get(key)

    def unread(self) -> dict[str, Any]:
        """Give by its path every value nobody asked for, also in the objects inside."""
        own = {self.path + k: value for k, value in self.values.items() if k not in self._read}
        return own | {
            path: value for child in self.children for path, value in child.unread().items()
        }

    def child(self, key: str, *beside: str) -> "Record":
        """Open the object under `key`; a missing one is empty, another kind a problem.

        Older exports write some of its fields `beside` it: they are read where it lacks them.
        """
        value = self.take(key)
        if value is not None and not isinstance(value, dict):
            # PHP writes an empty object as an empty list.
            if value != []:
                self.wrong(key, Message("Qui serve un oggetto con i suoi campi."))
            value = None
        found = dict(value or {})
        found |= {
            name: self.take(name) for name in beside if name in self.values and name not in found
        }
        path = f"{self.path}{key}."
        child = Record(
            found, self.block, self.row, self.name, path, self.problems, typed=self.typed
        )
        self.children.append(child)
        return child

    def wrong(self, key: str, message: Message) -> None:
        """Note a problem at a field."""
        path = self.path + key
        self.problems.append(Problem(self.block, self.row, self.name, path, message))

    def line(self, key: str, *, max_length: int, required: bool = False) -> str:
        """Read text on one line; numbers are taken as they are written."""
        value = (line_as_typed if self.typed else plain_line)(self._raw_text(key))
        if len(value) > max_length:
            self.wrong(
                key,
                Message(
                    "Il testo è troppo lungo: {length} caratteri, il massimo è {max_length}.",
                    length=bound(len(value)),
                    max_length=bound(max_length),
                ),
            )
            return ""
        if required and not value and not self._has_problem(key):
            self.wrong(key, Message("Questo campo manca."))
        return value

    def lines(self, key: str, *, max_length: int) -> tuple[str, bool]:
        """Read text of several lines, shortened to `max_length`; and whether it was."""
        kept = as_typed if self.typed else plain
        value = kept(self._raw_text(key))
        if len(value) <= max_length:
            return value, False
        return kept(value[: max_length - 1].rstrip() + "…"), True

    def number(self, key: str, *, maximum: int) -> Decimal | None:
        """Read a number of at least 0, or text that holds one ("3,50 €"); None if missing.

        Text that groups digits, or may do so, is named with what it was read as.
        """
        value = self.take(key)
        if value is None or value == "":
            return None
        number = value if isinstance(value, Decimal) else typed_number(value)
        if isinstance(value, NoNumber):
            self.wrong(key, value.said())
        elif number is None:
            self.wrong(key, Message("«{value}» non è un numero.", value=_shown(value)))
        elif number < 0:
            self.wrong(key, Message("Il numero non può essere negativo."))
        elif number > maximum:
            self.wrong(
                key, Message("Il numero è troppo grande: al massimo {maximum}.", maximum=maximum)
            )
        else:
            if isinstance(value, str) and _may_group(value):
                self.guessed.append(_read_as(value, number))
            return abs(number)
        return None

    def flag(self, key: str, *, default: bool) -> bool:
        """Read yes or no, also when written as text or number."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        text = format(value, "f") if isinstance(value, Decimal) else value
        if isinstance(text, str) and text.strip().casefold() in _TRUE | _FALSE:
            return text.strip().casefold() in _TRUE
        self.wrong(key, Message("Qui serve vero o falso (true, false)."))
        return default

    def day(self, key: str) -> date | None:
        """Read a date (2026-12-03, also with an hour behind it, or 3/12/2026).

        None when it is none: it does not count as read then, so that it is named with the rest.
        """
        value = self.values.get(key)
        text = value.partition("T")[0] if isinstance(value, str) else ""
        found = spelled.day(text) or spelled.day(text.strip().partition(" ")[0])
        if found is not None or not value:
            self.take(key)
        return found

    def _raw_text(self, key: str) -> str:
        value = self.take(key)
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, NoNumber):
            self.wrong(key, value.said())
        elif not isinstance(value, str):
            self.wrong(key, Message("Qui serve un testo."))
        elif unreadable(value):
            self.wrong(key, Message("Il testo contiene caratteri non validi."))
        elif len(value) > _RAW_TEXT_MAX:
            self.wrong(key, Message("Il testo supera {maximum} caratteri.", maximum=_RAW_TEXT_MAX))
        else:
            return value
        return ""

    def _has_problem(self, key: str) -> bool:
        return any(p.row == self.row and p.field == self.path + key for p in self.problems[-3:])


def typed_number(value: object) -> Decimal | None:
    """Read "3,50", "3.50", "1.234,50", "1,234.50" or "€ 3,50"; None for anything else.

    A point before three digits is the decimal sign, as programs write it.
    """
    return next(iter(_readings(value)), None) if isinstance(value, str) else None


def _readings(value: str) -> tuple[Decimal, ...]:
    if len(value) > _NUMBER_MAX:
        return ()
    return readings(value.replace("€", "").replace("\u00a0", "").replace(" ", "").strip())


def _may_group(value: str) -> bool:
    """Whether a number in text has two readings, or signs for both thousands and decimals."""
    return len(_readings(value)) > 1 or ("." in value and "," in value) or value.count(".") > 1


def _read_as(value: str, read: Decimal) -> Message:
    others = [each for each in _readings(value) if each != read]
    if others:
        return Message(
            "Il numero «{value}» è scritto come testo e si legge in due modi: qui è {read}, "
            "potrebbe essere {other}.",
            value=printable(value),
            read=spelled_number(read),
            other=spelled_number(others[0]),
        )
    return Message(
        "Il numero «{value}» è scritto come testo: è letto {read}.",
        value=printable(value),
        read=spelled_number(read),
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return printable(value) if isinstance(value, str) else "[…]"
