"""A price in words, the same on pages and on paper, and the unit it is asked in."""

from fractions import Fraction
from typing import Protocol

from kit.errors import Message
from kit.money import MICROS_PER_CENT, half_up
from kit.typed import Unit
from kit.words import text
from market.catalogue.rules.measures import asked_in, means_nothing, measure, names_of

_PRICED = {
    "kg": Message("{price} al kg"),
    "hg": Message("{price} all'etto"),
    "g": Message("{price} al grammo"),
    "l": Message("{price} al litro"),
    "dl": Message("{price} al decilitro"),
    "cl": Message("{price} al centilitro"),
    "ml": Message("{price} al millilitro"),
}
_PIECES = {
    "pezzo": Message("pezzo"),
    "barattolo": Message("barattolo"),
    "vasetto": Message("vasetto"),
    "vaschetta": Message("vaschetta"),
    "cassetta": Message("cassetta"),
    "cassa": Message("cassa"),
    "bottiglia": Message("bottiglia"),
    "sacco": Message("sacco"),
    "sacchetto": Message("sacchetto"),
    "busta": Message("busta"),
    "confezione": Message("confezione"),
    "scatola": Message("scatola"),
    "cartone": Message("cartone"),
    "latta": Message("latta"),
    "tanica": Message("tanica"),
    "mazzo": Message("mazzo"),
    "forma": Message("forma"),
    "dozzina": Message("dozzina"),
    "flacone": Message("flacone"),
}
_ASKED = {
    "kg": Message("kg"),
    "hg": Message("etti"),
    "g": Message("g"),
    "l": Message("litri"),
    "dl": Message("dl"),
    "cl": Message("cl"),
    "ml": Message("ml"),
}


class Priced(Protocol):
    """A row as far as it says what it costs; whoever reads one may read more."""

    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def price_micros(self) -> int: ...  # noqa: D102
    @property
    def price_quantity(self) -> int: ...  # noqa: D102
    @property
    def sold_as(self) -> str: ...  # noqa: D102


def label_of(sold_as: str) -> str:
    """Name one of what a list sells by the piece ("Vaschette": vaschetta), in the page's language.

    What nobody knows is named as the list does.
    """
    per = measure(sold_as)
    if per.unit != "piece":
        return sold_as
    known = _PIECES.get(per.label)
    return text.render(known) if known is not None else per.label


def asked_unit(unit: str, price_quantity: int) -> str:
    """Name the unit a household is asked in: that of the price (etti), else kg and litres."""
    per = asked_in(unit, price_quantity)
    return text.gettext("pezzi") if per.unit == "piece" else text.render(_ASKED[per.label])


def unit_of(unit: str, price_quantity: int) -> Unit:
    """Give the unit a household is asked in, as a field reads it."""
    names = names_of(asked_in(unit, price_quantity))
    return Unit(asked_unit(unit, price_quantity), names)


def price_words(offer: Priced) -> str:
    """Write the price with its unit, and per kilo or litre where that is another.

    3,50 € al kg; 2,90 € all'etto (29,00 € al kg); 2,80 € / vaschetta. A piece has no price per
    kilo: what is known of it is its weight with glass and box, which the transport is shared by.
    """
    price = text.price(offer.price_micros)
    if offer.unit != "piece":
        return _by_weight(offer, price)
    if offer.sold_as and not means_nothing(offer.sold_as):
        return f"{price} / {label_of(offer.sold_as)}"
    return price


def _by_weight(offer: Priced, price: str) -> str:
    per = asked_in(offer.unit, offer.price_quantity)
    if per.quantity == offer.price_quantity:
        shown = text.gettext(_PRICED[per.label].text).format(price=price)
    else:
        amount = text.quantity(offer.price_quantity, offer.unit)
        shown = text.gettext("{price} ogni {amount}").format(price=price, amount=amount)
    if offer.price_quantity == 1000:
        return shown
    large = "kg" if offer.unit == "g" else "l"
    return _with_large(shown, large, offer.price_micros, offer.price_quantity)


def _with_large(shown: str, large: str, micros: int, quantity: int) -> str:
    """Add what a kilo or a litre costs, to the cent."""
    cents = half_up(Fraction(micros * 1000, quantity * MICROS_PER_CENT))
    priced = text.gettext(_PRICED[large].text).format(price=text.money(cents))
    return f"{shown} ({priced})"
