"""The form of one product: what it shows, and reading it back into a product's terms."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kit import shown
from kit.errors import Message
from kit.http.forms import Form
from kit.sentences import decimal, typed_decimal, typed_price
from market.catalogue.price_words import unit_of
from market.catalogue.rules import measures
from market.catalogue.rules.listed import default_step
from market.tables.catalogue import Product

UNIT_NAMES = {"g": "kg", "ml": "l", "piece": "pz"}
WORDS = {
    "name": Message("Nome"),
    "sku": Message("Codice"),
    "category": Message("Categoria"),
    "description": Message("Descrizione"),
    "unit": Message("Si misura in"),
    "sold_as": Message("Unità del listino"),
    "price": Message("Prezzo"),
    "vat_rate": Message("IVA"),
    "case_size": Message("Collo"),
    "step": Message("Multiplo"),
    "minimum": Message("Minimo"),
    "maximum": Message("Massimo"),
    "available": Message("Disponibile"),
    "unit_weight_g": Message("Peso di un pezzo"),
    "whole_cases": Message("Solo a colli interi"),
    "active": Message("Ordinabile"),
    "gone": Message("Uscito dal listino"),
}
"""What people call what a new list can change of a product."""
_QUANTITIES = ("case_size", "step", "minimum", "maximum", "available")
_MEASURED = frozenset({"price", *_QUANTITIES})
_FLAGS = ("active", "whole_cases")
_OTHER_UNIT = Message(
    "Intanto è cambiata l'unità del prezzo: guarda se il numero va ancora bene. "
    "Se premi di nuovo resta quello che hai scritto tu."
)
_OTHER_NUMBERS = Message(
    "Intanto sono cambiati il prezzo o le quantità: guarda se vanno bene in questa unità. "
    "Se premi di nuovo resta quella che hai scritto tu."
)


def filled(product: Product) -> Form:
    """Give the form with the product's values as people write them."""
    return Form.showing(_written(product))


def _written(product: Product) -> dict[str, str]:
    places = 0 if product.unit == "piece" else 3
    values = {
        "name": product.name,
        "sku": product.sku,
        "category": product.category,
        "description": product.description,
        "sold_as": measures.named(_unit(product), product.price_quantity, product.sold_as)
        or product.sold_as,
        "price": typed_price(product.price_micros),
        "vat_rate": decimal(product.vat_rate, 2),
        "unit_weight_g": str(product.unit_weight_g or ""),
    }
    for name in _QUANTITIES:
        value = getattr(product, name)
        values[name] = typed_decimal(value or 0, places)
    return values | {name: "yes" if getattr(product, name) else "" for name in _FLAGS}


def meet(form: Form, product: Product) -> None:
    """Merge the form into the product as it is held (`Form.meet`).

    A number says nothing without its unit: where one was changed here and the other meanwhile,
    the page asks, although nobody touched the same field.
    """
    saved = _written(product)
    mine = form.meet(saved, flags=_FLAGS)
    theirs = {name for name in saved if form.raw(shown.PREFIX + name) != shown.mark(saved[name])}
    if "sold_as" in theirs:
        for name in mine & _MEASURED:
            form.add_error(name, _OTHER_UNIT)
    elif "sold_as" in mine and theirs & _MEASURED:
        form.add_error("sold_as", _OTHER_NUMBERS)


def read(form: Form, product: Product) -> dict[str, Any]:
    """Read the form into the columns a correction writes; what is wrong is noted beside it."""
    sold_as = form.text("sold_as", max_length=40)
    per = measures.measure(sold_as)
    found: dict[str, Any] = {
        name: form.quantity(
            name,
            1 if per.unit == "piece" else 1000,
            required=False,
            unit=unit_of(per.unit, 1 if per.unit == "piece" else 1000),
        )
        for name in _QUANTITIES
    }
    price_micros = form.price("price", required=False) or 0
    vat_rate = form.decimal("vat_rate", maximum=Decimal(100), places=2, required=False)
    terms: dict[str, Any] = dict(
        name=form.text("name"),
        sku=form.text("sku", required=False, max_length=60),
        category=form.text("category", required=False, max_length=100),
        description=form.text("description", required=False, max_length=4000, multiline=True),
        unit=per.unit,
        price_quantity=per.quantity,
        sold_as=sold_as,
        price_micros=price_micros,
        vat_rate=int((vat_rate or 0) * 100),
        case_size=found["case_size"] or 0,
        step=found["step"] or default_step(per.unit, per.quantity),
        minimum=found["minimum"] or 0,
        maximum=found["maximum"] or None,
        available=found["available"] or None,
        whole_cases=form.flag("whole_cases"),
        unit_weight_g=form.integer("unit_weight_g", minimum=1, maximum=10**7, required=False),
        active=form.flag("active"),
    )
    _check(form, terms)
    return _as_kept(terms, product)


def _check(form: Form, terms: Mapping[str, Any]) -> None:
    if terms["maximum"] is not None and terms["maximum"] < terms["minimum"]:
        form.add_error("maximum", Message("Il massimo è più piccolo del minimo."))
    if terms["whole_cases"] and not terms["case_size"]:
        form.add_error("case_size", Message("Per vendere a colli interi scrivi quanto è il collo."))


def _as_kept(terms: dict[str, Any], product: Product) -> dict[str, Any]:
    """Keep how a price is written where the form did not touch it (for 750 g)."""
    if _written(product)["sold_as"] != terms["sold_as"] or product.unit != terms["unit"]:
        return terms
    return terms | {"price_quantity": product.price_quantity, "sold_as": product.sold_as}


def _unit(product: Product) -> measures.Unit:
    unit: measures.Unit = product.unit  # type: ignore[assignment]
    return unit
