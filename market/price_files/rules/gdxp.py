"""GDXP 1.0: a file of price lists, read from bytes nobody vouches for.

GDXP ("GAS Data eXchange Protocol") is the JSON that GASdotto, PortAlGAS and the hub of
economiasolidale.net exchange. Prices are per unit of measure and include VAT.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from kit import contacts as contact_readers
from kit import emails
from kit.codes import tidy
from kit.errors import Message, Refused
from kit.sentences import bound
from market.catalogue.rules.listed import (
    ListedProduct,
    OrderDates,
    PriceListFile,
    Problem,
    SupplierList,
)
from market.price_files.rules import gdxp_unused
from market.price_files.rules.gdxp_fields import Record
from market.price_files.rules.gdxp_products import NAME_LENGTH_MAX, read_product
from market.price_files.rules.gdxp_writing import APPLICATION
from market.price_files.rules.strict_json import NoNumber, load, printable

PRODUCTS_MAX = 20_000
CONTACTS_MAX = 20
BLOCKS_MAX = 200


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
    for known in ("protocolVersion", "blocks"):
        head.take(known)
    application = head.line("applicationSignature", max_length=200)
    head.typed = application == APPLICATION
    suppliers = tuple(
        _supplier(block, position, application, problems)
        for position, block in enumerate(blocks, start=1)
    )
    created_on = head.day("creationDate")
    dated = [] if created_on else gdxp_unused.undated(head)
    return PriceListFile(
        created_on=created_on,
        application=application,
        subject=head.child("subject").line("name", max_length=NAME_LENGTH_MAX),
        suppliers=suppliers,
        problems=tuple(problems),
        notes=(*dated, *gdxp_unused.rest(head)),
    )


def _no_gdxp() -> Refused:
    return Refused("Il file non è un listino GDXP 1.0: manca l'elenco dei produttori (blocks).")


def _check_version(document: dict[str, Any]) -> None:
    """Accept 1, 1.0 and "1.0": the schema says number, the sample writes text."""
    version = document.get("protocolVersion", Decimal(1))
    text = format(version, "f") if isinstance(version, Decimal) else version
    if not isinstance(text, str) or text.strip().rstrip("0").rstrip(".") != "1":
        text = text.text if isinstance(text, NoNumber) else text
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
            count=bound(count),
            maximum=bound(PRODUCTS_MAX),
        )


# The contacts that a producer's page keeps, read there and here by the same readers.
_READERS = {
    "emailAddress": emails.read,
    "phoneNumber": contact_readers.phone,
    "mobileNumber": contact_readers.phone,
    "webSite": contact_readers.site,
}


def _supplier(block: Any, position: int, application: str, problems: list[Problem]) -> SupplierList:
    outer = Record(
        block if isinstance(block, dict) else {},
        position,
        problems=problems,
        typed=application == APPLICATION,
    )
    record = outer.child("supplier")
    name = record.line("name", max_length=NAME_LENGTH_MAX, required=True)
    record.name = name
    address = record.child("address")
    products, left_out = _products(record, application)
    (contacts, unusable), order = _contacts(record), _order(record, outer)
    zip_code = address.line("zipCode", max_length=20)
    postcode = contact_readers.postcode(zip_code) if zip_code else ""
    if isinstance(postcode, Message):
        unusable.append(gdxp_unused.unusable_note("zipCode", zip_code, postcode))
        postcode = ""
    found = SupplierList(
        name=name,
        vat_number=tidy(record.line("vatNumber", max_length=30)),
        tax_code=tidy(record.line("taxCode", max_length=30)),
        street=address.line("street", max_length=200),
        locality=address.line("locality", max_length=200),
        zip_code=postcode,
        contacts=contacts,
        order=order,
        products=products,
        left_out=left_out,
    )
    notes = (
        *gdxp_unused.named(record),
        *gdxp_unused.order_note(order),
        *unusable,
        *gdxp_unused.contact_note(contacts),
        *gdxp_unused.rest(outer),
    )
    return replace(found, notes=notes)


def _contacts(record: Record) -> tuple[tuple[tuple[str, str], ...], list[Message]]:
    """Read the contacts as (type, value), and say which nobody could be reached by."""
    values = record.take("contacts")
    found, unusable = [], []
    for value in values[:CONTACTS_MAX] if isinstance(values, list) else []:
        if isinstance(value, dict):
            contact = Record(
                value,
                record.block,
                0,
                record.name,
                "contacts.",
                record.problems,
                typed=record.typed,
            )
            record.children.append(contact)
            kind = contact.line("type", max_length=40)
            text = contact.line("value", max_length=254)
            read = _READERS.get(kind)
            usable = read(text) if read and text else text
            if isinstance(usable, Message):
                unusable.append(gdxp_unused.unusable_note(kind, text, usable))
            elif kind and usable:
                found.append((kind, usable))
    return tuple(found), unusable


def _order(record: Record, outer: Record) -> OrderDates | None:
    """Find the order's dates in any of the three places programs write them."""
    places = (
        record.take("order"),
        record.take("orderInfo"),
        outer.take("orderInfo"),
    )
    for place in places:
        if isinstance(place, dict) and place:
            found = Record(place, record.block, path="order.")
            record.children.append(found)
            return OrderDates(
                found.line("phase", max_length=40),
                found.day("openDate"),
                found.day("closeDate"),
                found.day("deliveryDate"),
            )
    return None


def _products(
    record: Record, application: str
) -> tuple[tuple[ListedProduct, ...], tuple[ListedProduct, ...]]:
    """Read the products, and apart from them those whose row has a problem."""
    values = record.take("products")
    if not isinstance(values, list):
        record.wrong("products", Message("Manca l'elenco dei prodotti."))
        return (), ()
    products: list[ListedProduct] = []
    left_out: list[ListedProduct] = []
    for row, value in enumerate(values, start=1):
        values_ = value if isinstance(value, dict) else {}
        product = Record(values_, record.block, row, typed=record.typed)
        product.problems = record.problems
        before = len(record.problems)
        listed = read_product(product, application)
        (products if len(record.problems) == before else left_out).append(listed)
    return tuple(products), tuple(left_out)
