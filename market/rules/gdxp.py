"""GDXP 1.0: a file of price lists, read from bytes nobody vouches for.

GDXP ("GAS Data eXchange Protocol") is the JSON that GASdotto, PortAlGAS and the hub of
economiasolidale.net exchange. Prices are per unit of measure and include VAT.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kit.errors import Message, Refused
from kit.money import half_up
from market.rules import measures
from market.rules.gdxp_fields import Problem, Record
from market.rules.measures import Measure, Unit
from market.rules.strict_json import load, printable

PRODUCTS_MAX = 20_000
BLOCKS_MAX = 200
NAME_LENGTH_MAX = 200
DESCRIPTION_LENGTH_MAX = 4000
PRICE_MAX_EUR = 1_000_000
QUANTITY_MAX = 1_000_000
# A price whose tail is below this part of a cent was a float once: 3.3000000000000003.
_FLOAT_TAIL = Fraction(1, 10_000)
_DEAR_PER_SMALLEST_CENTS = 50
_NO_CATEGORY = frozenset({"non specificato", "non specificata", "nessuna", "-"})


@dataclass(frozen=True, kw_only=True)
class ListedProduct:
    """A product as the list offers it; quantities in smallest units, None where off.

    `price_cents` is for `price_quantity` units, VAT included; 0 means the list gives none.
    `vat_rate` is in hundredths of a per cent (4 % = 400).
    """

    row: int
    name: str
    sku: str = ""
    category: str = ""
    description: str = ""
    unit: Unit = "piece"
    price_quantity: int = 1
    unit_label: str = "pezzo"
    price_cents: int = 0
    case_size: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    multiple: int | None = None
    available: int | None = None
    vat_rate: int | None = None
    active: bool = True
    notes: tuple[Message, ...] = ()

    @property
    def orderable(self) -> bool:
        """Whether a household could book it: it is active and has a price."""
        return self.active and self.price_cents > 0


@dataclass(frozen=True)
class OrderDates:
    """When the sender's own order runs; shown, not imported."""

    phase: str
    opens_on: date | None
    closes_on: date | None
    delivery_on: date | None


@dataclass(frozen=True, kw_only=True)
class SupplierList:
    """One supplier with its products; contacts are (type, value) as GDXP names them."""

    name: str
    vat_number: str = ""
    tax_code: str = ""
    street: str = ""
    locality: str = ""
    zip_code: str = ""
    contacts: tuple[tuple[str, str], ...] = ()
    order: OrderDates | None = None
    products: tuple[ListedProduct, ...] = ()

    def contact(self, kind: str) -> str:
        """Give the first contact of a type ("emailAddress"), or an empty string."""
        return next((value for type_, value in self.contacts if type_ == kind), "")


@dataclass(frozen=True, kw_only=True)
class PriceListFile:
    """What a file says. With problems it can be shown, but not applied."""

    created_on: date | None
    application: str
    subject: str
    suppliers: tuple[SupplierList, ...]
    problems: tuple[Problem, ...] = ()


def parse(content: bytes) -> PriceListFile:
    """Read a GDXP 1.0 file. Raises Refused when it is not one or is beyond the limits."""
    document = load(content)
    if not isinstance(document, dict):
        raise _no_gdxp()
    _check_version(document)
    blocks = document.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        raise _no_gdxp()
    if len(blocks) > BLOCKS_MAX:
        raise Refused("Il file contiene più di {maximum} produttori.", maximum=BLOCKS_MAX)
    _check_count(blocks)
    problems: list[Problem] = []
    head = Record(document, 0, problems=problems)
    application = head.line("applicationSignature", max_length=200)
    suppliers = tuple(
        _supplier(block, position, application, problems)
        for position, block in enumerate(blocks, start=1)
    )
    return PriceListFile(
        created_on=head.day("creationDate"),
        application=application,
        subject=head.child("subject").line("name", max_length=NAME_LENGTH_MAX),
        suppliers=suppliers,
        problems=tuple(problems),
    )


def _no_gdxp() -> Refused:
    return Refused("Il file non è un listino GDXP 1.0: manca l'elenco dei produttori (blocks).")


def _check_version(document: dict[str, Any]) -> None:
    """Accept 1, 1.0 and "1.0": the schema says number, the sample writes text."""
    version = document.get("protocolVersion", Decimal(1))
    text = format(version, "f") if isinstance(version, Decimal) else version
    if not isinstance(text, str) or text.strip().rstrip("0").rstrip(".") != "1":
        shown = printable(text) if isinstance(text, str) else "?"
        raise Refused(
            "Il file usa la versione {version} di GDXP: qui si legge la 1.0.", version=shown
        )


def _check_count(blocks: list[Any]) -> None:
    count = 0
    for block in blocks:
        supplier = block.get("supplier") if isinstance(block, dict) else None
        products = supplier.get("products") if isinstance(supplier, dict) else None
        count += len(products) if isinstance(products, list) else 0
    if count > PRODUCTS_MAX:
        raise Refused(
            "Il file contiene {count} prodotti: al massimo {maximum}.",
            count=count,
            maximum=PRODUCTS_MAX,
        )


def _supplier(block: Any, position: int, application: str, problems: list[Problem]) -> SupplierList:
    outer = Record(block if isinstance(block, dict) else {}, position, problems=problems)
    record = outer.child("supplier")
    name = record.line("name", max_length=NAME_LENGTH_MAX, required=True)
    record.name = name
    address = record.child("address")
    return SupplierList(
        name=name,
        vat_number=_fiscal_code(record.line("vatNumber", max_length=30)),
        tax_code=_fiscal_code(record.line("taxCode", max_length=30)),
        street=address.line("street", max_length=200),
        locality=address.line("locality", max_length=200),
        zip_code=address.line("zipCode", max_length=20),
        contacts=_contacts(record),
        order=_order(record, outer),
        products=_products(record, application),
    )


def _fiscal_code(text: str) -> str:
    code = "".join(text.upper().split())
    return code[2:] if code.startswith("IT") and code[2:].isdigit() else code


def _contacts(record: Record) -> tuple[tuple[str, str], ...]:
    values = record.values.get("contacts")
    found = []
    for value in values[:20] if isinstance(values, list) else []:
        if isinstance(value, dict):
            contact = Record(value, record.block, 0, record.name, "contacts.", record.problems)
            kind = contact.line("type", max_length=40)
            text = contact.line("value", max_length=254)
            if kind and text:
                found.append((kind, text))
    return tuple(found)


def _order(record: Record, outer: Record) -> OrderDates | None:
    """Find the order's dates in any of the three places programs write them."""
    places = (
        record.values.get("order"),
        record.values.get("orderInfo"),
        outer.values.get("orderInfo"),
    )
    for place in places:
        if isinstance(place, dict) and place:
            found = Record(place, record.block)
            return OrderDates(
                found.line("phase", max_length=40),
                found.day("openDate"),
                found.day("closeDate"),
                found.day("deliveryDate"),
            )
    return None


def _products(record: Record, application: str) -> tuple[ListedProduct, ...]:
    values = record.values.get("products")
    if not isinstance(values, list):
        record.wrong("products", Message("Manca l'elenco dei prodotti."))
        return ()
    products = []
    for row, value in enumerate(values, start=1):
        product = Record(value if isinstance(value, dict) else {}, record.block, row)
        product.problems = record.problems
        before = len(record.problems)
        listed = _product(product, application)
        if len(record.problems) == before:
            products.append(listed)
    return tuple(products)


def _product(record: Record, application: str) -> ListedProduct:
    record.name = record.line("name", max_length=NAME_LENGTH_MAX, required=True)
    notes: list[Message] = []
    description, shortened = record.lines("description", max_length=DESCRIPTION_LENGTH_MAX)
    if shortened:
        notes.append(Message("La descrizione è lunga: è stata accorciata."))
    label = record.line("um", max_length=40)
    if not label:
        notes.append(Message("Manca l'unità di misura: si conta a pezzi."))
    per = measures.measure(label)
    info = record.child("orderInfo")
    price_cents, priced_per = _price(info, per, notes)
    category = record.line("category", max_length=100)
    return ListedProduct(
        row=record.row,
        name=record.name,
        sku=record.line("sku", max_length=60),
        category="" if category.casefold() in _NO_CATEGORY else category,
        description=description,
        unit=priced_per.unit,
        price_quantity=priced_per.quantity,
        unit_label=priced_per.label,
        price_cents=price_cents,
        vat_rate=_vat_rate(info),
        active=record.flag("active", default=True),
        notes=_all_notes(record, info, notes),
        **_quantities(info, per, application),
    )


def _price(info: Record, per: Measure, notes: list[Message]) -> tuple[int, Measure]:
    """Turn the price into whole cents: for a larger unit (0.0125 € a gram is 12.50 € a kg)
    where that makes it exact, else rounded half up, and said.
    """
    amount = info.number("umPrice", maximum=PRICE_MAX_EUR)
    if not amount:
        return 0, per
    larger = (
        m
        for m in reversed(measures.WEIGHTS_AND_VOLUMES)
        if m.unit == per.unit and m.quantity > per.quantity
    )
    for candidate in (per, *larger):
        exact = Fraction(amount) * 100 * candidate.quantity / per.quantity
        cents = half_up(exact)
        if cents > 0 and abs(exact - cents) < _FLOAT_TAIL:
            _warn_if_dear(cents, candidate, notes)
            return cents, candidate
    cents = half_up(Fraction(amount) * 100)
    notes.append(
        Message("Il prezzo {price} è stato arrotondato al centesimo.", price=format(amount, "f"))
    )
    return cents, per


def _warn_if_dear(cents: int, per: Measure, notes: list[Message]) -> None:
    """A jar's price sent out "per gram" is a known slip of other programs."""
    if per.unit != "piece" and cents >= _DEAR_PER_SMALLEST_CENTS * per.quantity:
        notes.append(Message("Il prezzo è molto alto per questa unità: controlla l'unità."))


def _vat_rate(info: Record) -> int | None:
    rate = info.number("vatRate", maximum=100)
    return None if rate is None else half_up(Fraction(rate) * 100)


def _quantities(info: Record, per: Measure, application: str) -> dict[str, int | None]:
    case_size = _quantity(info, "packageQty", per)
    minimum = _quantity(info, "minQty", per)
    multiple = _quantity(info, "mulQty", per)
    if minimum == per.quantity and "gasdotto" in application.casefold():
        minimum = None  # GASdotto writes 1 where it has no minimum
    return {
        "case_size": case_size_or_none(case_size, per.quantity),
        "minimum": minimum if per.unit != "piece" or minimum != 1 else None,
        "maximum": _quantity(info, "maxQty", per),
        "multiple": multiple if per.unit != "piece" or multiple != 1 else None,
        "available": _quantity(info, "availableQty", per),
    }


def case_size_or_none(case_size: int | None, price_quantity: int) -> int | None:
    """A case of one listed unit is how GDXP writes that there are no cases."""
    return None if case_size is not None and case_size <= price_quantity else case_size


def _quantity(info: Record, key: str, per: Measure) -> int | None:
    """Read a quantity given in the list's unit; 0 or missing means off."""
    amount = info.number(key, maximum=QUANTITY_MAX)
    if not amount:
        return None
    quantity = measures.in_smallest(amount, per)
    if quantity is None:
        info.wrong(key, Message("La quantità {amount} non è intera.", amount=format(amount, "f")))
    return quantity


def _all_notes(record: Record, info: Record, notes: list[Message]) -> tuple[Message, ...]:
    if record.values.get("transformations"):
        notes.append(Message("Sconti e trasporto del file non si importano: vanno nell'ordine."))
    elif info.number("shippingCost", maximum=PRICE_MAX_EUR):
        notes.append(Message("Il costo di trasporto del file non si importa: va nell'ordine."))
    return tuple(notes)
