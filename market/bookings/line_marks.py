"""What a page showed of a booking line, and whether the line is still that (`kit.shown`).

A line has two quantities, each in a field with a mark of its own: what one page changed of one
and another page of the other becomes one line.
"""

from typing import NamedTuple

from kit import shown
from kit.errors import Message, Refused
from kit.sentences import asked_quantity
from market.catalogue.rules.measures import Measure

Quantities = tuple[int, int]
"""Wanted and at most, in the product's smallest unit."""


class Overtaken(Refused):
    """A line is not what its page showed: somebody else changed it; `marks` are those of it now."""

    def __init__(self, per: Measure, saved: Quantities, asked: Quantities) -> None:
        super().__init__(
            Message(
                "Intanto per questo prodotto è salvato: {saved}. Tu hai scritto: {asked}. "
                "Premi «Salva la prenotazione» per tenere il tuo.",
                saved=in_words(per, *saved),
                asked=in_words(per, *asked),
            )
        )
        self.marks = line_marks(*saved)


class LineMarks(NamedTuple):
    """The marks of a line's two fields, by what the fields are called."""

    wanted: str = ""
    most: str = ""


def line_marks(wanted: int, at_most: int) -> LineMarks:
    """Give the marks of a line; "" where nothing is booked."""
    return LineMarks(*(shown.mark(text) for text in _fields(wanted, at_most).values()))


def met(saved: Quantities, asked: Quantities, seen: LineMarks | None) -> Quantities | None:
    """Tell what a line becomes of an ask, None where both changed the same of it.

    `seen` are the marks of what was shown, None without a page. What both changed apart and does
    not go together (more wanted than at most) is a clash too.
    """
    now = _fields(*saved)
    marks = seen or line_marks(*saved)
    merged = shown.merge(now, _fields(*asked), marks._asdict())
    wanted, most = (int(merged.values[name] or 0) for name in now)
    found = (wanted, most or wanted)
    if merged.clashes or (found != asked and wanted > found[1]):
        return None
    return found


def _fields(wanted: int, at_most: int) -> dict[str, str]:
    """Write a line as its fields hold it: no "at most" where that is what is wanted."""
    most = at_most if at_most != wanted else 0
    return {"wanted": f"{wanted or ''}", "most": f"{most or ''}"}


def in_words(per: Measure, wanted: int, at_most: int) -> Message:
    """Say what is booked of a line: "2 pezzi, fino a 5 pezzi", or nothing.

    In the unit that its fields ask in.
    """
    if at_most == 0:
        return Message("niente")
    most = asked_quantity(at_most, per.unit, per.quantity)
    if wanted == at_most:
        return most
    if wanted == 0:
        return Message("fino a {most}", most=most)
    own = asked_quantity(wanted, per.unit, per.quantity)
    return Message("{wanted}, fino a {most}", wanted=own, most=most)
