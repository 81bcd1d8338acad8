"""What the market prints: the producer's order sheet, the sheets for sorting the parcels."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from kit import mail
from kit.errors import Message
from kit.paper import documents, pdf, tables_out, typst
from kit.paper.documents import Document
from kit.paper.tables_out import Euro
from kit.words.text import day, money, quantity, render
from market.catalogue.price_words import price_words

_HEAD = text("""
    select o.*, c.name as centre, c.address as centre_address, p.name as producer,
        p.email as producer_email, p.street, p.zip_code, p.locality,
        k.name as pickup_point, k.address as pickup_address
    from group_order o join centre c on c.id = o.centre_id
    join producer p on p.id = o.producer_id join pickup_point k on k.id = o.pickup_point_id
    where o.id = :group_order_id
""")
_ORDERED = text("""
    select f.name, f.sku, f.unit, f.unit_weight_g, f.sold_as, f.price_cents,
        f.price_quantity, f.vat_rate,
        f.case_size, f.whole_cases, f.assigned, f.cases,
        (select coalesce(sum(l.assigned_cents), 0)::bigint from booking_line l
            where l.offer_id = f.id) as cents
    from offer f where f.group_order_id = :group_order_id and f.assigned > 0
    order by f.position, f.id
""")
_PARCELS = text("""
    select h.code, h.name as household, f.id as offer_id, f.name, f.unit, f.sold_as, f.position,
        l.wanted, l.assigned
    from booking b join household h on h.id = b.household_id
    join booking_line l on l.booking_id = b.id join offer f on f.id = l.offer_id
    where b.group_order_id = :group_order_id and l.assigned > 0
    order by h.code, f.position, f.id
""")


@dataclass(frozen=True)
class OrderSheet:
    """What the producer is asked to bring, and for whom the sheet is."""

    head: Row[Any]
    lines: list[Row[Any]]

    @property
    def total_cents(self) -> int:
        """What the goods come to at the order's prices."""
        return sum(line.cents for line in self.lines)


def order_sheet(session: Session, group_order_id: int) -> OrderSheet:
    """Read what is ordered of each product (two statements)."""
    values = {"group_order_id": group_order_id}
    head = session.execute(_HEAD, values).one()
    return OrderSheet(head, list(session.execute(_ORDERED, values)))


def draw_order_sheet(sheet: OrderSheet) -> bytes:
    """Draw the producer's sheet as PDF/A-3a and PDF/UA-1 with its CSV inside."""
    csv = pdf.Attachment(
        f"ordine-{sheet.head.id}.csv", render(Message("Le righe dell'ordine")), order_csv(sheet)
    )
    return pdf.render(
        "market/documents/order_sheet.html",
        {
            "head": sheet.head,
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
    head = session.execute(_HEAD, {"group_order_id": group_order_id}).one()
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


def sorting_sheet(session: Session, group_order_id: int) -> tuple[dict[str, Any], datetime]:
    """Read who gets what, as both sorting sheets need it (two statements)."""
    values = {"group_order_id": group_order_id}
    head = session.execute(_HEAD, values).one()
    parcels = session.execute(_PARCELS, values).all()
    data = {
        "centre": head.centre,
        "order": f"{head.title}, {head.producer}",
        "delivery_day": day(head.delivery_day),
        "pickup_point": f"{head.pickup_point}, {head.pickup_address}",
        "words": _words(),
        "households": _by_household(parcels),
        "products": _by_product(parcels),
    }
    return data, head.closed_at


def draw_sorting_sheet(template: str, material: tuple[dict[str, Any], datetime]) -> bytes:
    """Draw one of the sheets: "sorting_by_household.typ" or "sorting_by_product.typ"."""
    data, created = material
    return typst.render(template, data, created=created)


def _printed(line: Row[Any]) -> list[str]:
    cases = str(line.cases) if line.cases else ""
    return [
        line.name,
        line.sku,
        quantity(line.assigned, line.unit),
        cases,
        price_words(line),
        money(line.cents),
    ]


def _by_household(parcels: Any) -> list[dict[str, Any]]:
    grouped: dict[str, list[Row[Any]]] = defaultdict(list)
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


def _by_product(parcels: Any) -> list[dict[str, Any]]:
    grouped: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
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


def _note(row: Row[Any]) -> str:
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
