"""One product of a GDXP file, both ways: prices in millionths, quantities in smallest units.

What is written is read back unchanged; a term that one way leaves out is lost.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kit.errors import Message
from kit.money import MICROS_PER_CENT, half_up
from kit.sentences import number, quantity
from kit.sentences import price as price_in_words
from market.catalogue.rules import measures
from market.catalogue.rules.listed import (
    ListedProduct,
    default_step,
    first_orderable,
    never_orderable,
)
from market.catalogue.rules.measures import Measure
from market.price_files.rules import gdxp_unused
from market.price_files.rules.gdxp_fields import Record

NAME_LENGTH_MAX = 200
DESCRIPTION_LENGTH_MAX = 4000
PRICE_MAX_EUR = 1_000_000
QUANTITY_MAX = 1_000_000
_READ_AS = {
    "g": Message("L'unità «{unit}» è letta come {read}: si vende a peso."),
    "ml": Message("L'unità «{unit}» è letta come {read}: si vende a volume."),
}
_MICROS = 100 * MICROS_PER_CENT
# A price whose tail is below this part of a millionth was a float once: 3.3000000000000003.
_FLOAT_TAIL = Fraction(1, 1000)
_DEAR_PER_SMALLEST = 50 * MICROS_PER_CENT
# What belongs into `orderInfo` and older exports write beside it.
_BESIDE = (
    *("umPrice", "vatRate", "packageQty", "minQty", "maxQty", "mulQty", "availableQty"),
    "shippingCost",
)


def read_product(record: Record, application: str) -> ListedProduct:
    """Read a product; what is wrong with it is noted in `record.problems`."""
    record.name = record.line("name", max_length=NAME_LENGTH_MAX, required=True)
    notes: list[Message] = []
    description, shortened = record.lines("description", max_length=DESCRIPTION_LENGTH_MAX)
    if shortened:
        notes.append(Message("La descrizione è lunga: è stata accorciata."))
    label = record.line("um", max_length=40)
    if measures.means_nothing(label):
        missing = Message("Manca l'unità di misura: si conta a pezzi.")
        unclear = Message("L'unità «{unit}» non dice niente: si conta a pezzi.", unit=label)
        notes.append(missing if measures.nobody_chose(label) else unclear)
        label = ""
    per = measures.measure(label)
    notes += _unit_notes(label, per)
    info = record.child("orderInfo", *_BESIDE)
    price_micros, priced_per = _price(info, per, notes)
    category = record.line("category", max_length=100)
    vat_rate = _vat_rate(info)
    terms = _quantities(info, per, application)
    notes += [*info.guessed, *_short(terms, per)]
    product = ListedProduct(
        row=record.row,
        name=record.name,
        sku=record.line("sku", max_length=60),
        category="" if measures.nobody_chose(category) else category,
        description=description,
        unit=priced_per.unit,
        price_quantity=priced_per.quantity,
        sold_as=label if priced_per == per else priced_per.label,
        price_micros=price_micros,
        vat_rate=vat_rate or 0,
        active=record.flag("active", default=True),
        silent=("vat_rate",) if vat_rate is None else (),
        **terms,
    )
    notes += [*gdxp_unused.named(record, per.label), *gdxp_unused.rest(record)]
    return replace(product, notes=tuple(notes))


def _unit_notes(label: str, per: Measure) -> list[Message]:
    """Say how a unit was read that is none of the usual names."""
    if measures.doubtful(label):
        unclear = Message(
            "L'unità «{unit}» non si capisce: si conta a pezzi. Se il prezzo è a peso o a volume, "
            "correggila nel prodotto.",
            unit=label,
        )
        return [unclear]
    if per.unit == "piece" or measures.plainly_named(label):
        return []
    return [Message(_READ_AS[per.unit].text, unit=label, read=per.label)]


def _price(info: Record, per: Measure, notes: list[Message]) -> tuple[int, Measure]:
    """Turn the price into whole millionths of a euro, with the unit it is for.

    For a larger unit (0.0125 € a gram is 12.50 € a kg) where only that comes to whole cents,
    else for the file's own; what is finer than a millionth is rounded half up, and said.
    """
    amount = info.number("umPrice", maximum=PRICE_MAX_EUR)
    if not amount:
        return 0, per
    larger = (
        m
        for m in reversed(measures.WEIGHTS_AND_VOLUMES)
        if m.unit == per.unit and m.quantity > per.quantity
    )
    candidates = (per, *larger)
    for grain in (MICROS_PER_CENT, 1):
        for candidate in candidates:
            exact = Fraction(amount) * _MICROS * candidate.quantity / per.quantity
            micros = half_up(exact)
            if micros > 0 and micros % grain == 0 and abs(exact - micros) < _FLOAT_TAIL:
                _warn_if_dear(micros, candidate, notes)
                return micros, candidate
    micros = half_up(Fraction(amount) * _MICROS)
    notes.append(
        Message(
            "Il prezzo {price} ha più di sei decimali: diventa {rounded}.",
            price=number(amount),
            rounded=price_in_words(micros),
        )
    )
    return micros, per


def _warn_if_dear(micros: int, per: Measure, notes: list[Message]) -> None:
    """A jar's price sent out "per gram" is a known slip of other programs."""
    if per.unit != "piece" and micros >= _DEAR_PER_SMALLEST * per.quantity:
        notes.append(Message("Il prezzo è molto alto per questa unità: controlla l'unità."))


def _vat_rate(info: Record) -> int | None:
    rate = info.number("vatRate", maximum=100)
    return None if rate is None else half_up(Fraction(rate) * 100)


def _quantities(info: Record, per: Measure, application: str) -> dict[str, Any]:
    case_size = _quantity(info, "packageQty", per)
    minimum = _quantity(info, "minQty", per)
    maximum = _quantity(info, "maxQty", per)
    if minimum == per.quantity and (per.unit == "piece" or "gasdotto" in application.casefold()):
        minimum = 0  # one piece is no minimum, and GASdotto writes 1 where it has none
    step = _quantity(info, "mulQty", per) or default_step(per.unit, per.quantity)
    if 0 < maximum < minimum:
        info.wrong("maxQty", Message("Il massimo è più piccolo del minimo."))
    elif 0 < maximum < (least := first_orderable(step, minimum)):
        info.wrong("maxQty", never_orderable(quantity(least, per.unit)))
    return {
        # A case of one listed unit is how GDXP writes that there are no cases.
        "case_size": case_size if case_size > per.quantity else 0,
        "step": step,
        "minimum": minimum,
        "maximum": maximum or None,
        "available": _quantity(info, "availableQty", per) or None,
    }


def _short(quantities: dict[str, Any], per: Measure) -> list[Message]:
    """Say that less is left of a product than anybody may order; it stays until there is more."""
    least = first_orderable(quantities["step"], quantities["minimum"])
    if quantities["available"] is None or quantities["available"] >= least:
        return []
    return [
        Message(
            "Ce n'è meno di quanto se ne può ordinare ({least}): nessuno può prenotarlo.",
            least=quantity(least, per.unit),
        )
    ]


def _quantity(info: Record, key: str, per: Measure) -> int:
    """Read a quantity given in the list's unit; 0 or missing means off."""
    amount = info.number(key, maximum=QUANTITY_MAX)
    if not amount:
        return 0
    whole = measures.in_smallest(amount, per)
    if whole is not None:
        return whole
    if per.unit == "piece":
        broken = Message(
            "La quantità {amount} non è intera e qui un pezzo non si divide: nel listino la mezza"
            " misura va scritta come un prodotto a sé, con il suo prezzo.",
            amount=number(amount),
        )
    else:
        broken = Message("La quantità {amount} non è intera.", amount=number(amount))
    info.wrong(key, broken)
    return 0


def write_product(product: ListedProduct) -> dict[str, Any]:
    """Write a product in the unit its list uses, so that reading it back changes nothing."""
    per, name = _written_per(product)
    price = Fraction(product.price_micros * per, product.price_quantity * _MICROS)
    return {
        "name": product.name,
        "um": name,
        "sku": product.sku,
        "category": product.category,
        "description": product.description,
        "orderInfo": {
            "packageQty": max(1, product.case_size // per),
            "maxQty": _amount(product.maximum, per),
            "minQty": _amount(product.minimum, per),
            "mulQty": _amount(product.step, per),
            "availableQty": _amount(product.available, per),
            "umPrice": _exact(price),
            "shippingCost": 0,
            "vatRate": _exact(Fraction(product.vat_rate, 100)),
        },
        "active": product.active,
    }


def _written_per(product: ListedProduct) -> tuple[int, str]:
    """Choose the unit the product is written in: the listed one, where a case is a whole
    number (and not one) of it, else a smaller one of the same kind.
    """
    name = measures.named(product.unit, product.price_quantity, product.sold_as)
    if name is not None and _case_fits(product, product.price_quantity):
        return product.price_quantity, name
    if product.unit == "piece":
        return 1, name or measures.measure(product.sold_as).label
    smaller = (m for m in _of(product) if _case_fits(product, m.quantity))
    chosen = next(smaller)
    return chosen.quantity, chosen.label


def _of(product: ListedProduct) -> list[Measure]:
    """The measures of its unit, largest first; the last, of one, fits every case above 1."""
    return [m for m in measures.WEIGHTS_AND_VOLUMES if m.unit == product.unit]


def _case_fits(product: ListedProduct, per: int) -> bool:
    return product.case_size <= 1 or (product.case_size % per == 0 and product.case_size > per)


def _amount(quantity: int | None, per: int) -> int | Decimal:
    return _exact(Fraction(quantity or 0, per))


def _exact(value: Fraction) -> int | Decimal:
    """Give the decimal number itself; six decimals where it never ends (per 750 g)."""
    if value.denominator == 1:
        return int(value)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    exact = Fraction(number) == value
    return number if exact else number.quantize(Decimal("0.000001"))
