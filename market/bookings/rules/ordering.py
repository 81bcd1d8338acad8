"""May a household write this line now? Time, state, quantities, stock and credit."""

from dataclasses import dataclass
from datetime import datetime

from kit.errors import Message, Refused
from kit.sentences import asked_quantity, counted, euro, many_euro, many_of
from market.group_orders.rules import lifecycle

QUANTITY_MAX = 10**9


@dataclass(frozen=True, slots=True)
class LineTerms:
    """The frozen terms of an offer that bound a line. Quantities in `unit`; None = no bound.

    `per` of them are the unit the household is asked in, and is answered in.
    """

    unit: str
    per: int
    step: int = 1
    minimum: int = 0
    maximum: int | None = None
    available: int | None = None

    def named(self, value: int) -> Message:
        """Name a quantity in the unit the household is asked in."""
        return asked_quantity(value, self.unit, self.per)


def check_open(state: str, opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Raise Refused unless bookings are taken at `now`: opens_at <= now < closes_at."""
    if state == lifecycle.CANCELLED:
        raise Refused("L'ordine è stato annullato: non prende più prenotazioni.")
    if state != lifecycle.OPEN:
        raise Refused("L'ordine è stato chiuso: non prende più prenotazioni.")
    if now < opens_at:
        raise Refused("L'ordine non è ancora aperto.")
    if now >= closes_at:
        raise Refused("L'ora di chiusura è passata: l'ordine non prende più prenotazioni.")


def check_quantity(terms: LineTerms, wanted: int, at_most: int) -> None:
    """Raise Refused unless both quantities are legal for one household.

    Nothing (0) is always legal. Otherwise a multiple of `step`, within `minimum` and
    `maximum`; "at most" is never below "wanted". Wanted 0 with an "at most" means: only to
    complete a case somebody else wants.
    """
    if at_most < wanted:
        raise Refused("Il massimo non può essere meno di quanto vuoi.", field="at_most")
    for field, value in (("wanted", wanted), ("at_most", at_most)):
        _check_one(terms, field, value)


def _check_one(terms: LineTerms, field: str, value: int) -> None:
    if not 0 <= value <= QUANTITY_MAX:
        raise Refused("Scrivi una quantità da 0 in su.", field=field)
    if value == 0:
        return
    if value % terms.step:
        raise Refused("Si ordina a multipli di {step}.", field=field, step=terms.named(terms.step))
    if value < terms.minimum:
        least = terms.named(terms.minimum)
        raise Refused("Se ne prendono almeno {least}.", field=field, least=least)
    if terms.maximum is not None and value > terms.maximum:
        most = terms.named(terms.maximum)
        raise Refused("Ogni famiglia ne prende al massimo {most}.", field=field, most=most)


def check_stock(terms: LineTerms, taken_by_others: int, wanted: int, before: int) -> None:
    """Raise Refused if what is wanted exceeds what the others left; taking less never does."""
    if terms.available is None or wanted <= before:
        return
    left = max(terms.available - taken_by_others, 0)
    if wanted <= left:
        return
    if left == 0:
        raise Refused("Esaurito: altre famiglie hanno preso gli ultimi.", field="wanted")
    message = counted(
        many_of(left, terms.unit, terms.per),
        "Ne resta {left} per te.",
        "Ne restano {left} per te.",
        left=terms.named(left),
    )
    raise Refused(message, field="wanted")


def check_credit(room_cents: int, raise_cents: int) -> None:
    """Raise Refused if a higher commitment exceeds the room (balance + limit - commitment)."""
    if raise_cents > 0 and raise_cents > room_cents:
        lacking = raise_cents - room_cents
        message = counted(
            many_euro(lacking),
            "Il credito non basta: manca {missing}. {room}",
            "Il credito non basta: mancano {missing}. {room}",
            missing=euro(lacking),
            room=room_words(room_cents),
        )
        raise Refused(message, field="wanted")


def room_words(room_cents: int, *, own: bool = True) -> Message:
    """Say what a household may still book for; a credit that is exceeded is never a minus.

    To its members, or (not `own`) to whoever books for it.
    """
    if room_cents < 0:
        over = euro(-room_cents)
        if own:
            return Message("Il tuo credito è superato di {money}.", money=over)
        return Message("Il credito della famiglia è superato di {money}.", money=over)
    if own:
        return Message("Puoi prenotare ancora per {money}.", money=euro(room_cents))
    return Message("La famiglia può prenotare ancora per {money}.", money=euro(room_cents))
