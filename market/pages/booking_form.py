"""The lines of a booking as they are typed: reading them, and what stays in the fields."""

from collections.abc import Iterable, Mapping, Sequence

from kit.errors import Message, Refused
from kit.http.forms import Form
from kit.shown import PREFIX
from market.bookings.line_marks import LineMarks, Overtaken, in_words, line_marks, met
from market.bookings.lines import Ask
from market.bookings.offers import OfferTerms
from market.bookings.page import OfferCounters, OwnLine
from market.catalogue.price_words import asked_unit, unit_of
from market.catalogue.rules.measures import asked_in
from market.pages.offer_lines import TypedLine

_NOT_SENT = Message("La quantità non è arrivata: la riga resta com'era. Scrivila di nuovo.")


def read(form: Form, terms: OfferTerms) -> Ask:
    """Read a line, in the unit its price is for: an empty quantity is none, an empty "at most"
    is what is wanted. A form without the field says nothing of the line, least of all none.
    """
    if f"wanted-{terms.product_id}" not in form.values:
        form.add_error(f"wanted-{terms.product_id}", _NOT_SENT)
    per = asked_in(terms.unit, terms.price_quantity).quantity
    unit = unit_of(terms.unit, terms.price_quantity)
    wanted = form.quantity(f"wanted-{terms.product_id}", per, required=False, unit=unit) or 0
    most = form.quantity(f"most-{terms.product_id}", per, required=False, unit=unit)
    return Ask(terms.product_id, wanted, most if most else wanted, seen(form, terms.product_id))


def seen(form: Form, product_id: int) -> LineMarks:
    """Give the marks of what the page had shown of a line; empty where it showed nothing."""
    return LineMarks(*(form.raw(f"{PREFIX}{name}-{product_id}") for name in LineMarks._fields))


def asks(form: Form, offers: Sequence[OfferTerms], counters: Sequence[OfferCounters]) -> list[Ask]:
    """Read the lines that can be read and that the page changed, or so it seems now.

    What they change is decided once they are held; lines that need none are not held.
    """
    found = []
    for terms, row in zip(offers, counters, strict=True):
        if f"wanted-{terms.product_id}" not in form.values:
            continue
        ask = read(form, terms)
        if _error(form, terms) is None and _changes(ask, row.mine_wanted, row.mine_at_most):
            found.append(ask)
    return found


def wrong(
    form: Form, offers: Iterable[OfferTerms], refusals: Mapping[int, Refused]
) -> dict[int, TypedLine]:
    """Give the lines that are not saved as they were typed, with why; by product.

    They go on saying what their page had shown, unless it is told what stands there now.
    """
    found = {}
    for terms in offers:
        id_ = terms.product_id
        refusal = refusals.get(id_)
        error = refusal.message if refusal is not None else _error(form, terms)
        if error is not None:
            told = refusal.marks if isinstance(refusal, Overtaken) else seen(form, id_)
            found[id_] = _typed(form, id_, error, told)
    return found


def resumed(
    form: Form, offers: Sequence[OfferTerms], counters: Sequence[OfferCounters]
) -> dict[int, TypedLine]:
    """Give the lines that were changed before a session ended, each with what is saved now.

    What was not changed on that page is shown as it is now, whoever changed it meanwhile.
    """
    found = {}
    for terms, row in zip(offers, counters, strict=True):
        id_, mine = terms.product_id, (row.mine_wanted, row.mine_at_most)
        if f"wanted-{id_}" not in form.values:
            continue
        ask = read(form, terms)  # what cannot be read is known only afterwards
        error = _error(form, terms)
        if error is None and not _changes(ask, *mine):
            continue
        now = in_words(asked_in(terms.unit, terms.price_quantity), *mine)
        waiting = Message("Non ancora salvato. Salvato adesso: {now}.", now=now)
        found[id_] = _typed(form, id_, error or waiting, line_marks(*mine))
    return found


def lost(
    form: Form, offers: Iterable[OfferTerms], own: Sequence[OwnLine]
) -> list[tuple[str, TypedLine, str]]:
    """List what was changed on a page and cannot be saved any more: product, as typed, unit."""
    booked = {line.product_id: line for line in own}
    found = []
    for terms in offers:
        id_ = terms.product_id
        if f"wanted-{id_}" not in form.values:
            continue
        line, ask = booked.get(id_), read(form, terms)
        mine = (line.wanted, line.at_most) if line else (0, 0)
        if _error(form, terms) is not None or _changes(ask, *mine):
            unit = asked_unit(terms.unit, terms.price_quantity)
            found.append((terms.name, _typed(form, id_, None, LineMarks()), unit))
    return found


def _changes(ask: Ask, wanted: int, at_most: int) -> bool:
    return met((wanted, at_most), (ask.wanted, ask.at_most), ask.shown) != (wanted, at_most)


def _typed(form: Form, id_: int, error: Message | None, told: LineMarks) -> TypedLine:
    return TypedLine(form.raw(f"wanted-{id_}"), form.raw(f"most-{id_}"), error, told)


def _error(form: Form, terms: OfferTerms) -> Message | None:
    names = (f"wanted-{terms.product_id}", f"most-{terms.product_id}")
    return next((form.errors[name] for name in names if name in form.errors), None)
