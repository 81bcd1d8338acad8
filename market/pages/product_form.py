"""The form of one product: what it shows, and reading it back into a product's terms."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kit import shown
from kit.errors import Message
from kit.http.forms import Form
from kit.sentences import decimal, listing, quantity, typed_decimal, typed_price
from market.catalogue.price_words import unit_of
from market.catalogue.rules import measures
from market.catalogue.rules.listed import (
    LESS_THAN_A_CASE,
    default_step,
    first_orderable,
    never_orderable,
)
from market.catalogue.rules.piece_weights import weight_said
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
_KEEPS_WEIGHT = "keeps-weight"
_ANOTHER_WEIGHT = Message(
    "Dal nome un pezzo pesa {said}: correggi il peso di un pezzo, oppure di' che resta com'è."
)
_ANOTHER = "another"
_TWINS = Message(
    "C'è già nel listino: {found}. Con due prodotti uguali il prossimo listino del produttore non"
    " li riconosce: dai un altro nome o un altro codice, oppure di' che è un altro prodotto."
)
_QUANTITIES = ("case_size", "step", "minimum", "maximum", "available")
_MEASURED = ("sold_as", "price", *_QUANTITIES)
_FLAGS = ("active", "whole_cases")
_OTHER_UNIT = Message(
    "Intanto è cambiata l'unità del prezzo: guarda se il numero va ancora bene. "
    "Se premi di nuovo resta quello che hai scritto tu."
)
_OTHER_NUMBERS = Message(
    "Intanto sono cambiati il prezzo o le quantità: guarda se vanno bene in questa unità. "
    "Se premi di nuovo resta quello che hai scritto tu."
)
_UNCLEAR = Message(
    "«{unit}» non si capisce: scrivi kg, hg, g, l, cl o ml se il prezzo è a peso o a volume, "
    "altrimenti come si chiama il pezzo (pezzo, cassetta, vasetto da 500 g)."
)
_NO_PIECES = Message(
    "Un pezzo non si divide, e qui sotto c'è «{n}»: correggi le quantità o lascia l'unità com'era."
)
_ANOTHER_KIND = Message(
    "Con questa unità il prezzo e le quantità valgono per un'altra misura: guarda se i numeri "
    "vanno ancora bene, e spunta la casella."
)
_BECOMES = {
    "piece": Message("Sì, adesso si vende a pezzi"),
    "g": Message("Sì, adesso si vende a peso"),
    "ml": Message("Sì, adesso si vende a volume"),
}


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
    the page asks about both, although nobody touched the same field.
    """
    saved = _written(product)
    form.meet(saved, flags=_FLAGS, together=_MEASURED)
    asked = form.clashes.keys() & form.errors.keys()
    if "sold_as" not in asked:
        return
    if form.raw(shown.PREFIX + "sold_as") == shown.mark(saved["sold_as"]):
        form.errors["sold_as"] = _OTHER_NUMBERS
        return
    for name in asked.intersection(_MEASURED[1:]):
        form.errors[name] = _OTHER_UNIT


def read(form: Form, product: Product) -> dict[str, Any]:
    """Read the form into the columns a correction writes; what is wrong is noted beside it."""
    sold_as, per = _read_unit(form, product)
    found = _read_quantities(form, per.unit, product)
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
    _check_weight(form, terms, product)
    return _as_kept(terms, product)


def becomes(form: Form, product: Product) -> tuple[str, Message] | None:
    """Name the box by which somebody says that the unit is another kind, and what it says."""
    unit = measures.measure(form.raw("sold_as")).unit
    name = f"becomes-{unit}"
    return (name, _BECOMES[unit]) if name in form.errors or form.raw(name) else None


def _read_unit(form: Form, product: Product) -> tuple[str, measures.Measure]:
    """Read the unit of the price; where it is not clear, the product's own stands for it."""
    sold_as = form.text("sold_as", max_length=40)
    per = measures.measure(sold_as)
    if measures.doubtful(sold_as) and sold_as != _written(product)["sold_as"]:
        form.add_error("sold_as", Message(_UNCLEAR.text, unit=sold_as))
        per = measures.Measure(_unit(product), product.price_quantity, sold_as)
    elif per.unit != product.unit and not form.flag(f"becomes-{per.unit}"):
        form.add_error(f"becomes-{per.unit}", _ANOTHER_KIND)
    return sold_as, per


def _read_quantities(form: Form, unit: str, product: Product) -> dict[str, int | None]:
    """Read the quantities; one that only the new unit makes wrong is the fault of the unit."""
    before, scale = set(form.errors), 1 if unit == "piece" else 1000
    found = {
        name: form.quantity(name, scale, required=False, unit=unit_of(unit, scale))
        for name in _QUANTITIES
    }
    wrong = [name for name in _QUANTITIES if name in form.errors and name not in before]
    if unit == "piece" and product.unit != "piece":
        written = _written(product)
        for name in wrong:
            if form.raw(name) == written[name]:
                del form.errors[name]
                form.add_error("sold_as", Message(_NO_PIECES.text, n=written[name]))
    return found


def _check(form: Form, terms: Mapping[str, Any]) -> None:
    if terms["maximum"] is not None and terms["maximum"] < terms["minimum"]:
        form.add_error("maximum", Message("Il massimo è più piccolo del minimo."))
    least = first_orderable(terms["step"], terms["minimum"])
    if terms["maximum"] is not None and terms["maximum"] < least:
        form.add_error("maximum", never_orderable(quantity(least, terms["unit"])))
    if terms["whole_cases"] and 0 < (terms["available"] or 0) < terms["case_size"]:
        form.add_error("available", LESS_THAN_A_CASE)
    if terms["whole_cases"] and not terms["case_size"]:
        form.add_error("case_size", Message("Per vendere a colli interi scrivi quanto è il collo."))


def _check_weight(form: Form, terms: Mapping[str, Any], product: Product) -> None:
    """Ask whether a piece that is called otherwise still weighs the same, where its name says not.

    As of a list that comes from a file: a weight never stays without a word.
    """
    said = weight_said(terms["name"], terms["sold_as"])
    if terms["unit"] != "piece" or said is None or said == terms["unit_weight_g"]:
        return
    was = weight_said(product.name, product.sold_as) if product.unit == "piece" else None
    touched = terms["unit_weight_g"] != product.unit_weight_g
    if said == was or touched or form.flag(_KEEPS_WEIGHT):
        return
    asked = Message(_ANOTHER_WEIGHT.text, said=quantity(said, "g"))
    form.add_error(_KEEPS_WEIGHT, asked)


def keeps_weight(form: Form) -> tuple[str, Message] | None:
    """Name the box by which somebody says that a piece weighs what it did, and what it says."""
    asked = _KEEPS_WEIGHT in form.errors or form.raw(_KEEPS_WEIGHT)
    return (_KEEPS_WEIGHT, Message("Sì, il peso di un pezzo resta com'è")) if asked else None


def ask_twins(form: Form, product: Product, twins: Sequence[Product]) -> None:
    """Ask whether a product that is now named or coded like others of its list is another one."""
    renamed = form.raw("name") != product.name or form.raw("sku") != product.sku
    if not twins or not renamed or form.flag(_ANOTHER):
        return
    found = listing([_twin(each) for each in twins])
    form.add_error(_ANOTHER, Message(_TWINS.text, found=found))


def _twin(product: Product) -> Message:
    if not product.sku:
        return Message("{name}", name=product.name)
    return Message("{name} (codice {sku})", name=product.name, sku=product.sku)


def is_another(form: Form) -> tuple[str, Message] | None:
    """Name the box by which somebody says that a product is another one, and what it says."""
    asked = _ANOTHER in form.errors or form.raw(_ANOTHER)
    return (_ANOTHER, Message("Sì, è un altro prodotto")) if asked else None


def _as_kept(terms: dict[str, Any], product: Product) -> dict[str, Any]:
    """Keep how a price is written where the form did not touch it (for 750 g)."""
    if _written(product)["sold_as"] != terms["sold_as"] or product.unit != terms["unit"]:
        return terms
    return terms | {"price_quantity": product.price_quantity, "sold_as": product.sold_as}


def _unit(product: Product) -> measures.Unit:
    unit: measures.Unit = product.unit  # type: ignore[assignment]
    return unit
