"""The producer's order sheet: as PDF, for a spreadsheet, and posted."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import emails, letters, witness
from kit.db import rows, total
from kit.errors import Message
from kit.letters import Reader, WrittenLetter
from kit.money import MICROS_PER_CENT
from kit.paper import documents, pdf, tables_out
from kit.paper.documents import Document
from kit.paper.prints import Print
from kit.paper.tables_out import Euro
from kit.witness import Witnessed
from kit.words.text import money, quantity, render
from market.audiences import sheet_key
from market.catalogue.price_words import price_words
from market.catalogue.rules.pricing import line_amount
from market.group_orders import heading
from market.group_orders.heading import Heading
from market.group_orders.rules import lifecycle
from market.tables.bookings import Booking
from market.tables.catalogue import Producer
from market.tables.centres import Centre
from market.tables.orders import Offer

ORDER_SHEET = "market.order_sheet"
letters.register(ORDER_SHEET, Message("Ordini ai produttori"))


class OrderedProduct(NamedTuple):
    """What is ordered of one product at the order's price; quantities in `unit`."""

    name: str
    sku: str
    unit: str
    sold_as: str
    price_micros: int
    price_quantity: int
    vat_rate: int
    assigned: int
    cases: int | None

    @property
    def cents(self) -> int:
        """Quantity by price, rounded once: what the producer's invoice will say."""
        return line_amount(self.price_micros, self.price_quantity, self.assigned)


_ORDERED = (
    select(*(getattr(Offer, name) for name in OrderedProduct._fields))
    .where(Offer.assigned > 0)
    .order_by(Offer.position, Offer.id)
)


@dataclass(frozen=True)
class OrderSheet:
    """What the producer is asked to bring, from whom, to whom."""

    head: Heading
    sender: Centre
    recipient: Producer
    lines: list[OrderedProduct]
    goods_cents: int
    """What the households pay for the same goods, line by line."""
    witness: Witnessed | None = None

    @property
    def total_cents(self) -> int:
        """What the goods come to at the order's prices."""
        return sum(line.cents for line in self.lines)


def read(session: Session, group_order_id: int) -> OrderSheet:
    """Read what is ordered of each product (six statements)."""
    head = heading.of(session, group_order_id)
    paid = select(total(Booking.assigned_cents)).where(Booking.group_order_id == group_order_id)
    return OrderSheet(
        head,
        session.get_one(Centre, head.centre_id),
        session.get_one(Producer, head.producer_id),
        rows(session, OrderedProduct, _ORDERED.where(Offer.group_order_id == group_order_id)),
        session.scalar(paid) or 0,
        witness.head(session),
    )


def printed(sheet: OrderSheet) -> Print:
    """Prepare the producer's sheet with its CSV inside."""
    csv = pdf.Attachment(
        f"ordine-{sheet.head.id}.csv", render(Message("Le righe dell'ordine")), csv_of(sheet)
    )
    context = {
        "head": sheet.head,
        "sender": sheet.sender,
        "witness": sheet.witness,
        "recipient": sheet.recipient,
        "rows": [_cells(line) for line in sheet.lines],
        "total": money(sheet.total_cents),
        "goods": money(sheet.goods_cents),
        "rounding_cents": sheet.total_cents - sheet.goods_cents,
    }
    template = "market/documents/order_sheet.html"
    return Print(template, context, sheet.head.closed_at, (csv,), limits=pdf.LIST)


def csv_of(sheet: OrderSheet) -> bytes:
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
            _price(line.price_micros),
            line.price_quantity,
            Decimal(line.vat_rate) / 100,
            Euro(line.cents),
        ]
        for line in sheet.lines
    )
    return tables_out.csv_bytes(header, rows)


def fate(head: Heading, letter: WrittenLetter | None) -> Message:
    """Say what became of the sheet of a closed order: what left the house, for whom, and when."""
    if letter is None and head.cancelled:
        return Message("Il foglio d'ordine non è partito e non parte più.")
    if letter is not None and letter.given_up_on:
        return Message(
            "Il foglio d'ordine non è arrivato: la posta non lo consegna a {address}. "
            "È da portare a mano.",
            address=emails.shown(letter.given_up_on),
        )
    if not (letter.reachable if letter else head.producer_email):
        return _by_hand(head)
    if letter is None:
        return Message("Il foglio d'ordine è in preparazione: parte appena è pronto.")
    if letter.sent_at is not None:
        return Message(
            "Il foglio d'ordine è partito {when} per {address}.",
            when=letter.sent_at,
            address=emails.shown(letter.to),
        )
    if letter.error is not None:
        return Message(
            "Il foglio d'ordine per {address} non è ancora partito: la posta non lo ha preso. "
            "Si riprova da solo.",
            address=emails.shown(letter.to),
        )
    return Message(
        "Il foglio d'ordine sta partendo per {address}.", address=emails.shown(letter.to)
    )


def _by_hand(head: Heading) -> Message:
    """Say that nobody could be written to: what is still to be done, or was while it mattered."""
    if lifecycle.past(head.state):
        return Message(
            "{producer} non aveva un indirizzo: il foglio d'ordine era da portare a mano.",
            producer=head.producer,
        )
    if head.producer_email:  # since the sheet was ready
        return Message(
            "{producer} non aveva ancora un indirizzo: il foglio d'ordine è da portare a mano.",
            producer=head.producer,
        )
    return Message(
        "{producer} non ha un indirizzo: il foglio d'ordine è da portare a mano.",
        producer=head.producer,
    )


def once_cancelled(head: Heading, letter: WrittenLetter | None) -> Message:
    """Say what cancelling means for the producer, behind what `fate` says of the sheet."""
    if letter is not None and letter.reachable:
        return Message("Che non si ordina più lo sa solo se glielo dici tu.")
    if letter is not None or not head.producer_email:
        return Message("Se il foglio è già stato portato, avvisa tu il produttore.")
    return Message("Se annulli non parte più.")


def send(session: Session, document: Document, group_order_id: int) -> None:
    """Post the ready sheet to the producer with its CSV, once; not of a cancelled order."""
    head = heading.of(session, group_order_id)
    if not lifecycle.ordered(head.state):
        return
    sheets = documents.of(session, "group_order", group_order_id)
    csv = [sheet.id for sheet in sheets if sheet.kind == "order_sheet_csv"]
    letter = Message(
        "Buongiorno,\n\nil centro {centre} ordina per la consegna di {day}, presso {place}.\n"
        "L'ordine è allegato, da stampare e da aprire in un foglio di calcolo.\n\n"
        "Grazie,\nFareLegami\n",
        centre=head.centre,
        day=head.delivery_day,
        place=f"{head.pickup_point}, {head.pickup_address}",
    )
    letters.write(
        session,
        kind=ORDER_SHEET,
        to=Reader(head.producer_email, head.producer),
        subject=Message("Ordine di {centre}: {title}", centre=head.centre, title=head.title),
        text=letter,
        attachments=[document.id, *csv],
        key=sheet_key(group_order_id),
    )


def _price(micros: int) -> Decimal:
    """Give a price in euro with its decimals, two at least, as a spreadsheet takes it."""
    whole_cents = micros % MICROS_PER_CENT == 0
    euro = Decimal(micros).scaleb(-6)
    return euro.quantize(Decimal("0.01")) if whole_cents else euro.normalize()


def _cells(line: OrderedProduct) -> list[str]:
    cases = str(line.cases) if line.cases else ""
    return [
        line.name,
        line.sku,
        quantity(line.assigned, line.unit),
        cases,
        price_words(line),
        money(line.cents),
    ]
