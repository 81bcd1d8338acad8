"""What the market prints: the producer's order sheet, the sheets for sorting the parcels."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import mail
from kit.db import rows, total
from kit.errors import Message
from kit.paper import documents, pdf, tables_out, typst
from kit.paper.documents import Document
from kit.paper.tables_out import Euro
from kit.words.text import day, money, quantity, render
from market.catalogue.price_words import price_words
from market.group_orders import heading
from market.group_orders.heading import Heading
from market.tables.bookings import Booking, BookingLine
from market.tables.catalogue import Producer
from market.tables.centres import Centre, Household
from market.tables.orders import Offer


class OrderedProduct(NamedTuple):
    """What is ordered of one product; quantities in `unit`, `cents` at the order's prices."""

    name: str
    sku: str
    unit: str
    unit_weight_g: int | None
    sold_as: str
    price_cents: int
    price_quantity: int
    vat_rate: int
    assigned: int
    cases: int | None
    cents: int


class AssignedLine(NamedTuple):
    """What one household gets of one product."""

    code: str
    household: str
    offer_id: int
    name: str
    unit: str
    sold_as: str
    position: int
    wanted: int
    assigned: int


_ORDERED = (
    select(
        *(getattr(Offer, name) for name in OrderedProduct._fields if name != "cents"),
        select(total(BookingLine.assigned_cents))
        .where(BookingLine.offer_id == Offer.id)
        .scalar_subquery()
        .label("cents"),
    )
    .where(Offer.assigned > 0)
    .order_by(Offer.position, Offer.id)
)
_ASSIGNED = (
    select(
        Household.code,
        Household.name.label("household"),
        Offer.id.label("offer_id"),
        Offer.name,
        Offer.unit,
        Offer.sold_as,
        Offer.position,
        BookingLine.wanted,
        BookingLine.assigned,
    )
    .select_from(Booking)
    .join(Household, Household.id == Booking.household_id)
    .join(BookingLine, BookingLine.booking_id == Booking.id)
    .join(Offer, Offer.id == BookingLine.offer_id)
    .where(BookingLine.assigned > 0)
    .order_by(Household.code, Offer.position, Offer.id)
)


@dataclass(frozen=True)
class OrderSheet:
    """What the producer is asked to bring, from whom, to whom."""

    head: Heading
    sender: Centre
    recipient: Producer
    lines: list[OrderedProduct]

    @property
    def total_cents(self) -> int:
        """What the goods come to at the order's prices."""
        return sum(line.cents for line in self.lines)


def order_sheet(session: Session, group_order_id: int) -> OrderSheet:
    """Read what is ordered of each product (four statements)."""
    head = heading.of(session, group_order_id)
    return OrderSheet(
        head,
        session.get_one(Centre, head.centre_id),
        session.get_one(Producer, head.producer_id),
        rows(session, OrderedProduct, _ORDERED.where(Offer.group_order_id == group_order_id)),
    )


def draw_order_sheet(sheet: OrderSheet) -> bytes:
    """Draw the producer's sheet as PDF/A-3a and PDF/UA-1 with its CSV inside."""
    csv = pdf.Attachment(
        f"ordine-{sheet.head.id}.csv", render(Message("Le righe dell'ordine")), order_csv(sheet)
    )
    return pdf.render(
        "market/documents/order_sheet.html",
        {
            "head": sheet.head,
            "sender": sheet.sender,
            "recipient": sheet.recipient,
            "rows": [_printed(line) for line in sheet.lines],
            "total": money(sheet.total_cents),
        },
        attachments=[csv],
        created=sheet.head.closed_at,
        limits=pdf.LIST,
    )


def order_csv(sheet: OrderSheet) -> bytes:
    """Write the same lines for a spreadsheet; quantities in the smallest unit, amounts in euro."""
    header = [
        "codice",
        "prodotto",
        "unità",
        "quantità",
        "colli",
        "prezzo",
        "per",
        "IVA %",
        "importo",
    ]
    rows = (
        [
            line.sku,
            line.name,
            "pezzo" if line.unit == "piece" else line.unit,
            line.assigned,
            line.cases,
            Euro(line.price_cents),
            line.price_quantity,
            Decimal(line.vat_rate) / 100,
            Euro(line.cents),
        ]
        for line in sheet.lines
    )
    return tables_out.csv_bytes(header, rows)


def send_order_sheet(session: Session, document: Document, group_order_id: int) -> None:
    """Post the ready sheet to the producer with its CSV, once; without an address, nobody."""
    head = heading.of(session, group_order_id)
    if not head.producer_email:
        return
    sheets = documents.of(session, "group_order", group_order_id)
    csv = [sheet.id for sheet in sheets if sheet.kind == "order_sheet_csv"]
    letter = Message(
        "Buongiorno,\n\nil centro {centre} ordina per la consegna di {day}, presso {place}.\n"
        "L'ordine è allegato, da stampare e da aprire in un foglio di calcolo.\n\n"
        "Grazie,\nFareLegami\n",
        centre=head.centre,
        day=day(head.delivery_day),
        place=f"{head.pickup_point}, {head.pickup_address}",
    )
    mail.queue(
        session,
        to=head.producer_email,
        subject=render(
            Message("Ordine di {centre}: {title}", centre=head.centre, title=head.title)
        ),
        text=render(letter),
        attachments=[document.id, *csv],
        key=f"market.order_sheet:{group_order_id}",
    )


@dataclass(frozen=True, slots=True)
class SortingSheet:
    """Who gets what, as the templates of both sorting sheets take it."""

    data: dict[str, Any]
    closed_at: datetime | None


def sorting_sheet(session: Session, group_order_id: int) -> SortingSheet:
    """Read who gets what, as both sorting sheets need it (two statements)."""
    head = heading.of(session, group_order_id)
    parcels = rows(session, AssignedLine, _ASSIGNED.where(Booking.group_order_id == group_order_id))
    data = {
        "centre": head.centre,
        "order": f"{head.title}, {head.producer}",
        "delivery_day": day(head.delivery_day),
        "pickup_point": f"{head.pickup_point}, {head.pickup_address}",
        "words": _words(),
        "households": _by_household(parcels),
        "products": _by_product(parcels),
    }
    return SortingSheet(data, head.closed_at)


def draw_sorting_sheet(template: str, sheet: SortingSheet) -> bytes:
    """Draw one of the sheets: "sorting_by_household.typ" or "sorting_by_product.typ"."""
    return typst.render(template, sheet.data, created=sheet.closed_at)


def _printed(line: OrderedProduct) -> list[str]:
    cases = str(line.cases) if line.cases else ""
    return [
        line.name,
        line.sku,
        quantity(line.assigned, line.unit),
        cases,
        price_words(line),
        money(line.cents),
    ]


def _by_household(parcels: Sequence[AssignedLine]) -> list[dict[str, Any]]:
    grouped: dict[str, list[AssignedLine]] = defaultdict(list)
    for row in parcels:
        grouped[row.code].append(row)
    return [
        {
            "name": rows[0].household,
            "code": code,
            "crate": code,
            "lines": [
                {
                    "product": row.name,
                    "quantity_text": quantity(row.assigned, row.unit),
                    "note": _note(row),
                }
                for row in rows
            ],
        }
        for code, rows in sorted(grouped.items())
    ]


def _by_product(parcels: Sequence[AssignedLine]) -> list[dict[str, Any]]:
    grouped: dict[tuple[int, int], list[AssignedLine]] = defaultdict(list)
    for row in parcels:
        grouped[row.position, row.offer_id].append(row)
    return [
        {
            "name": rows[0].name,
            "unit": rows[0].sold_as,
            "total_text": quantity(sum(row.assigned for row in rows), rows[0].unit),
            "lines": [
                {
                    "crate": row.code,
                    "name": row.household,
                    "quantity_text": quantity(row.assigned, row.unit),
                }
                for row in rows
            ],
        }
        for _key, rows in sorted(grouped.items())
    ]


def _note(row: AssignedLine) -> str:
    if row.assigned == row.wanted:
        return ""
    return render(Message("ne voleva {wanted}", wanted=quantity(row.wanted, row.unit)))


def _words() -> dict[str, str]:
    words = {
        "by_household": Message("Smistamento per famiglia"),
        "by_product": Message("Smistamento per prodotto"),
        "delivery_day": Message("Consegna"),
        "pickup_point": Message("Ritiro"),
        "quantity": Message("Quantità"),
        "product": Message("Prodotto"),
        "household": Message("Famiglia"),
        "crate": Message("Cassetta"),
        "total": Message("Totale"),
        "page": Message("pagina"),
        "of": Message("di"),
    }
    return {key: render(word) for key, word in words.items()}
