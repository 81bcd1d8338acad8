"""A price in words, the same on pages and on paper."""

from fractions import Fraction
from typing import Any

from kit.money import half_up
from kit.words import text
from market.catalogue.rules.measures import measure


def label_of(sold_as: str) -> str:
    """Name one of what a list sells ("Vaschette": vaschetta)."""
    return measure(sold_as).label


def price_words(offer: Any) -> str:
    """Write the price with its unit: 3,50 € al kg; 2,80 € alla vaschetta (5,60 € al kg)."""
    price = text.money(offer.price_cents)
    if offer.unit != "piece":
        unit = text.unit_of(offer.unit) if offer.unit == "g" else text.gettext("litro")
        if offer.price_quantity == 1000:
            return text.gettext("{price} al {unit}").format(price=price, unit=unit)
        amount = text.quantity(offer.price_quantity, offer.unit)
        return text.gettext("{price} ogni {amount}").format(price=price, amount=amount)
    shown = price
    if offer.sold_as:
        shown = f"{price} / {offer.sold_as.lower()}"
    if offer.unit_weight_g:
        per_kg = half_up(Fraction(offer.price_cents * 1000, offer.unit_weight_g))
        shown += " " + text.gettext("({price} al kg)").format(price=text.money(per_kg))
    return shown
