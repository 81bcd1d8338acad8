"""What no file says of a product: read from its name, kept from before, or given up, and said.

A weight that stays although the jar has shrunk shares the transport wrongly, so nothing stays
without a word where the thing itself has changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kit.errors import Message
from kit.money import MICROS_PER_CENT, half_up
from kit.sentences import decimal, euro, quantity
from market.catalogue.rules.listed import LESS_THAN_A_CASE, ListedProduct, Unsaid
from market.catalogue.rules.matching import KeptProduct
from market.catalogue.rules.measures import doubtful
from market.catalogue.rules.piece_weights import weight_said
from market.catalogue.rules.plain_text import comparable

_JUMP = Fraction(1, 10)


@dataclass(frozen=True, kw_only=True)
class Stayed:
    """What a product keeps that no file says, what of it changes, and the words for both.

    `look_twice`: a value stays although the thing changed, or the price of a kilo jumps, or
    it is not clear what the unit is.
    """

    unsaid: Unsaid
    changes: dict[str, list[Any]]
    notes: tuple[Message, ...] = ()
    look_twice: bool = False


def of_new(listed: ListedProduct) -> Stayed:
    """Say what a new product weighs, where its name tells, and what the file leaves open."""
    grams = _said_weight(listed)
    notes = [] if grams is None else [_from_name(grams)]
    if "vat_rate" in listed.silent:
        notes.append(Message("Il file non dice l'IVA: per ora è 0 %, correggila nel prodotto."))
    return Stayed(
        unsaid=Unsaid(unit_weight_g=grams),
        changes={},
        notes=tuple(notes),
        look_twice=doubtful(listed.sold_as),
    )


def of_kept(before: KeptProduct, after: ListedProduct, changes: Mapping[str, Any]) -> Stayed:
    """Decide what stays of a product that becomes `after`; `changes` are those the file makes."""
    another = _another_thing(before.listed, after, changes)
    grams, notes, look_twice = _weight(before, after, another)
    old = before.unsaid
    whole = old.whole_cases and after.case_size > 0
    unsaid = Unsaid(whole_cases=whole, unit_weight_g=grams)
    found = {
        name: [getattr(old, name), getattr(unsaid, name)]
        for name in ("unit_weight_g", "whole_cases")
        if getattr(old, name) != getattr(unsaid, name)
    }
    if whole and (another or "case_size" in changes):
        size = quantity(after.case_size, after.unit)
        notes.append(
            Message("Resta da prima: si compra solo a colli interi, da {size}.", size=size)
        )
    if whole and after.available is not None and after.available < after.case_size:
        notes.append(LESS_THAN_A_CASE)
    if "vat_rate" in after.silent:
        rate = decimal(after.vat_rate, 2)
        notes.append(Message("Resta da prima: IVA {rate} %. Il file non la dice.", rate=rate))
    jump = _per_kilo(before.listed, after)
    if jump is not None:
        notes.append(jump)
    return Stayed(
        unsaid=unsaid,
        changes=found,
        notes=tuple(notes),
        look_twice=look_twice
        or jump is not None
        or ("sold_as" in changes and doubtful(after.sold_as)),
    )


def _another_thing(before: ListedProduct, after: ListedProduct, changes: Mapping[str, Any]) -> bool:
    """Whether it may be another thing now than the one that was weighed."""
    if "unit" in changes or "sold_as" in changes:
        return True
    return "name" in changes and comparable(before.name) != comparable(after.name)


def _weight(
    before: KeptProduct, after: ListedProduct, another: bool
) -> tuple[int | None, list[Message], bool]:
    """Give the weight of a piece: the name's where it says another than before, else as kept.

    A weight somebody corrected (the jar with its glass) stays while the name says the same.
    """
    kept = before.unsaid.unit_weight_g
    if after.unit != "piece":
        return None, [], False
    if not another and after.name == before.listed.name:
        return kept, [], False
    said = _said_weight(after)
    if said is not None and said != _said_weight(before.listed):
        return said, [] if said == kept else [_from_name(said)], False
    if kept is None or kept == said or not another:
        return kept, [], False
    stays = Message(
        "Resta da prima: un pezzo pesa {grams}. Il file non lo dice: controllalo.",
        grams=quantity(kept, "g"),
    )
    return kept, [stays], True


def _said_weight(product: ListedProduct) -> int | None:
    """Read what a piece weighs in its name, or in the name of its unit ("500 g")."""
    return weight_said(product.name, product.sold_as) if product.unit == "piece" else None


def _from_name(grams: int) -> Message:
    return Message("Dal nome: un pezzo pesa {grams} g.", grams=grams)


def _per_kilo(before: ListedProduct, after: ListedProduct) -> Message | None:
    """Say how the price of a kilo moves where the names say another weight of a piece.

    Only a name says what is inside: a weight that somebody corrected has the glass with it.
    """
    old, grams = _said_weight(before), _said_weight(after)
    if not old or not grams or old == grams:
        return None
    was = Fraction(before.price_micros, before.price_quantity * old)
    becomes = Fraction(after.price_micros, after.price_quantity * grams)
    if not was or not becomes or abs(becomes / was - 1) <= _JUMP:
        return None
    return Message(
        "Al chilo passa da {before} a {after}.",
        before=euro(half_up(was * 1000 / MICROS_PER_CENT)),
        after=euro(half_up(becomes * 1000 / MICROS_PER_CENT)),
    )
