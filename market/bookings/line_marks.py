"""What a page showed of a booking line, and whether the line is still that (`kit.shown`)."""

from kit import shown
from kit.errors import Message, Refused
from kit.sentences import asked_quantity
from kit.shown import Met
from market.catalogue.rules.measures import Measure

Quantities = tuple[int, int]
"""Wanted and at most, in the product's smallest unit."""


class Overtaken(Refused):
    """A line is not what its page showed: somebody else changed it; `mark` is that of it now."""

    def __init__(self, per: Measure, saved: Quantities, asked: Quantities) -> None:
        super().__init__(
            Message(
                "Intanto per questo prodotto è salvato: {saved}. Tu hai scritto: {asked}. "
                "Premi «Salva la prenotazione» per tenere il tuo.",
                saved=in_words(per, *saved),
                asked=in_words(per, *asked),
            )
        )
        self.mark = line_mark(*saved)


def line_mark(wanted: int, at_most: int) -> str:
    """Give the mark of a line; "" where nothing is booked."""
    return shown.mark(_text(wanted, at_most))


def met(saved: Quantities, asked: Quantities, seen: str | None) -> Met:
    """Tell what becomes of an ask; `seen` is the mark of what was shown, None without a page."""
    now = _text(*saved)
    return shown.meet(now, _text(*asked), shown.mark(now) if seen is None else seen)


def _text(wanted: int, at_most: int) -> str:
    return f"{wanted} {at_most}" if at_most else ""


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
