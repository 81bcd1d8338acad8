"""GDXP files as bytes: how the market writes its price lists for others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy.orm import Session

from kit.clock import to_rome
from market.catalogue import price_lists
from market.catalogue.rules.listed import ListedProduct, SupplierList
from market.price_files.rules.gdxp_writing import document
from market.tables.catalogue import Agreement, PriceList, Producer
from market.tables.centres import Centre

MEDIA_TYPE = "application/json"
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(suppliers: Sequence[SupplierList], subject: str, created_on: date) -> bytes:
    """Write price lists as a GDXP 1.0 file (UTF-8 JSON, exact decimals)."""
    return msgspec.json.format(_ENCODER.encode(document(suppliers, subject, created_on)), indent=1)


@dataclass(frozen=True)
class Material:
    """What a file is written from, read in one transaction."""

    supplier: SupplierList
    subject: str
    created_on: date


def read(session: Session, price_list: PriceList, now: datetime) -> Material:
    """Read a price list with what it names today; inactive products too, marked so."""
    centre = session.get_one(Centre, price_list.centre_id)
    producer = session.get_one(Producer, price_list.producer_id)
    agreement = session.get_one(Agreement, (price_list.centre_id, price_list.producer_id))
    kept = price_lists.kept(session, price_list.id)
    products = tuple(product.listed for product in kept if not product.gone)
    return Material(_supplier(producer, agreement, products), centre.name, to_rome(now).date())


def write(material: Material) -> bytes:
    """Write the file; needs no database."""
    return encode([material.supplier], material.subject, material.created_on)


def export(session: Session, price_list: PriceList, now: datetime) -> bytes:
    """Read a price list and write its file at once."""
    return write(read(session, price_list, now))


def filename(session: Session, price_list: PriceList, now: datetime) -> str:
    """Name the file after its producer and the day."""
    producer = session.get_one(Producer, price_list.producer_id)
    return f"{producer.code.lower()}-{to_rome(now).date().isoformat()}.gdxp.json"


def _supplier(
    producer: Producer, agreement: Agreement, products: tuple[ListedProduct, ...]
) -> SupplierList:
    """The centre that writes the file names the contact that is its own."""
    contacts = {
        "emailAddress": agreement.email,
        "phoneNumber": agreement.phone,
        "webSite": producer.website,
    }
    return SupplierList(
        name=producer.name,
        vat_number=producer.vat_number or "",
        tax_code=producer.tax_code or "",
        street=producer.street,
        locality=producer.locality,
        zip_code=producer.zip_code,
        contacts=tuple((kind, value) for kind, value in contacts.items() if value),
        products=products,
    )
