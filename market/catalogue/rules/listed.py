"""What a price list offers, in plain values, wherever it was written."""

from dataclasses import dataclass
from datetime import date

from kit.errors import Message
from market.catalogue.rules.measures import Unit


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported. Block and row count from 1; row 0 is the supplier."""

    block: int
    row: int
    name: str
    field: str
    message: Message


@dataclass(frozen=True, kw_only=True)
class ListedProduct:
    """A product as the list offers it; every quantity in smallest units.

    `price_micros` (millionths of a euro) is for `price_quantity` units, VAT included; 0 means
    the list gives none.
    `vat_rate` is in hundredths of a per cent (4 % = 400). `sold_as` is how the list names
    the unit. 0 switches `case_size` and `minimum` off, None `maximum` and `available`.
    """

    row: int
    name: str
    sku: str = ""
    category: str = ""
    description: str = ""
    unit: Unit = "piece"
    price_quantity: int = 1
    sold_as: str = ""
    price_micros: int = 0
    vat_rate: int = 0
    case_size: int = 0
    step: int = 1
    minimum: int = 0
    maximum: int | None = None
    available: int | None = None
    active: bool = True
    silent: tuple[str, ...] = ()
    """The terms the list does not say, where that means nothing: they stay as they are kept."""
    notes: tuple[Message, ...] = ()

    @property
    def orderable(self) -> bool:
        """Whether a household could book it: it is active and has a price."""
        return self.active and self.price_micros > 0


@dataclass(frozen=True, kw_only=True)
class Unsaid:
    """What no list says of a product and a centre knows of it (`tables.terms.UNLISTED`)."""

    whole_cases: bool = False
    unit_weight_g: int | None = None


@dataclass(frozen=True)
class OrderDates:
    """When the sender's own order runs; shown, not imported."""

    phase: str
    opens_on: date | None
    closes_on: date | None
    delivery_on: date | None


@dataclass(frozen=True, kw_only=True)
class SupplierList:
    """One supplier with its products; contacts are (type, value) as GDXP names them.

    `left_out` are the products that have problems, as far as they can be told from others;
    `notes` name what the file says of the supplier and nothing here uses.
    """

    name: str
    vat_number: str = ""
    tax_code: str = ""
    street: str = ""
    locality: str = ""
    zip_code: str = ""
    contacts: tuple[tuple[str, str], ...] = ()
    order: OrderDates | None = None
    products: tuple[ListedProduct, ...] = ()
    left_out: tuple[ListedProduct, ...] = ()
    notes: tuple[Message, ...] = ()

    def contact(self, kind: str) -> str:
        """Give the first contact of a type ("emailAddress"), or an empty string."""
        return next((value for type_, value in self.contacts if type_ == kind), "")


@dataclass(frozen=True, kw_only=True)
class PriceListFile:
    """What a file says. A problem of row 0 is the supplier's, whose list cannot be applied."""

    created_on: date | None
    application: str
    subject: str
    suppliers: tuple[SupplierList, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Message, ...] = ()
    """What it says of no supplier and nothing here uses."""


LESS_THAN_A_CASE = Message(
    "Ce n'è meno di un collo: a colli interi nessuno ne riceverebbe. Vendilo sciolto, oppure"
    " aspetta che il produttore ne abbia."
)


def first_orderable(step: int, minimum: int) -> int:
    """Give the smallest quantity a household may order: a multiple of the step, not below the
    minimum (both in smallest units). A maximum below it lets nobody order anything.
    """
    return max(1, -(-minimum // step)) * step


def never_orderable(least: Message) -> Message:
    """Say that a maximum lets nobody order, where `least` names the first orderable quantity."""
    return Message(
        "Il massimo è più piccolo della prima quantità che si può ordinare ({least}).", least=least
    )


def default_step(unit: Unit, price_quantity: int) -> int:
    """Choose the step where the list gives none: a piece, a tenth of the weight priced."""
    return 1 if unit == "piece" else max(1, price_quantity // 10)
