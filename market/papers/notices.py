"""Letters to households: what closing, moving, settling and cancelling an order mean for them.

Each begins with how the order stands when it is written (`group_orders.rules.standing`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import letters
from kit.db import rows
from kit.errors import Message
from kit.letters import Reader
from kit.sentences import euro, quantity, recall
from market.audiences import BookingReader, readers
from market.group_orders import heading
from market.group_orders.heading import Heading
from market.group_orders.rules import standing
from market.group_orders.rules.standing import Stage
from market.tables.bookings import Booking, BookingLine
from market.tables.orders import Offer

CLOSING, SETTLEMENT, CANCELLING, MOVING = (
    "market.closing_notice",
    "market.settlement_notice",
    "market.cancelling_notice",
    "market.moving_notice",
)
letters.register(CLOSING, Message("Quantità cambiate alla chiusura di un ordine"), optional=True)
letters.register(SETTLEMENT, Message("Addebiti degli ordini"))
letters.register(CANCELLING, Message("Ordini annullati"), optional=True)
letters.register(MOVING, Message("Orari e consegne spostati"))


class _ChangedLine(NamedTuple):
    """A line that gets another quantity than was asked for, and why."""

    booking_id: int
    name: str
    unit: str
    wanted: int
    at_most: int
    assigned: int
    reason: dict[str, Any]


_CHANGED = (
    select(
        BookingLine.booking_id,
        Offer.name,
        Offer.unit,
        BookingLine.wanted,
        BookingLine.at_most,
        BookingLine.assigned,
        BookingLine.reason,
    )
    .join(Booking, Booking.id == BookingLine.booking_id)
    .join(Offer, Offer.id == BookingLine.offer_id)
    .where(BookingLine.reason.is_not(None))
    .order_by(Offer.position, Offer.id)
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of letter about one order as it stands now, and what its keys call it.

    Keys name every letter ever written: the word of a kind does not change.
    """

    name: str
    key: str
    order: Heading
    now: datetime

    @property
    def stage(self) -> Stage:
        return standing.stage(self.order, self.now)

    def said(self, reader: standing.Reader = "household") -> Message:
        return standing.of(self.order, self.now, reader).sentence


def closed(session: Session, group_order_id: int, now: datetime) -> None:
    """Write what closing changed, with the reasons: to every household that gets other quantities.

    Where nothing is ordered everybody who booked reads it. An order that was cancelled meanwhile
    has its own letter.
    """
    kind = _Kind(CLOSING, "closed", heading.of(session, group_order_id), now)
    if not kind.order.assigned:
        return
    changed: dict[int, list[_ChangedLine]] = defaultdict(list)
    of_order = _CHANGED.where(Booking.group_order_id == group_order_id)
    for line in rows(session, _ChangedLine, of_order):
        changed[line.booking_id].append(line)
    for reader in readers(session, group_order_id):
        lines = list(map(_in_words, changed.get(reader.booking_id, [])))
        if kind.stage is Stage.NOTHING:
            subject = Message("{title}: non si ordina niente", title=kind.order.title)
            why = Message("Nessun collo si è riempito.")
            _send(session, kind, reader, subject, [kind.said(), why, *lines])
        elif lines:
            subject = Message("{title}: quantità cambiate", title=kind.order.title)
            _send(session, kind, reader, subject, _changes(kind, reader, lines))


class Before(NamedTuple):
    """What a move changed, as it was before; None for what it left as it is."""

    closes_at: datetime | None = None
    delivery_day: date | None = None

    def sentences(self) -> list[Message]:
        """Say what no longer holds."""
        said = []
        if self.closes_at is not None:
            said.append(Message("Prima si prenotava fino a {when}.", when=self.closes_at))
        if self.delivery_day is not None:
            said.append(Message("Prima l'arrivo era previsto {day}.", day=self.delivery_day))
        return said


def moved(
    session: Session,
    group_order_id: int,
    move: int,
    now: datetime,
    *,
    before: Before = Before(),  # noqa: B008
) -> None:
    """Write to every household that booked until when one books now, and when it arrives.

    `move` tells one move of an order from the next, `before` what it changed. An order that is
    no longer open has told what became of it.
    """
    kind = _Kind(MOVING, f"moved-{move}", heading.of(session, group_order_id), now)
    coming = standing.delivery(kind.order, now)
    if kind.stage not in standing.BOOKABLE or coming is None:
        return
    subject = Message("{title}: orari cambiati", title=kind.order.title)
    sentences = [
        Message("Gli orari sono cambiati."),
        kind.said(),
        Message("{what} {day}.", what=coming[0], day=coming[1]),
        *before.sentences(),
        _place(kind.order),
    ]
    for reader in readers(session, group_order_id):
        _send(session, kind, reader, subject, sentences)


def settled(session: Session, group_order_id: int, now: datetime) -> None:
    """Write to every household that gets something what it was charged, and its transport share."""
    kind = _Kind(SETTLEMENT, "settled", heading.of(session, group_order_id), now)
    subject = Message("{title}: addebito", title=kind.order.title)
    for reader in readers(session, group_order_id):
        if not reader.served:
            continue
        sentences = [kind.said(), _comes_to(reader)]
        proof = recall(reader.transport_proof)
        if proof is not None:
            sentences.append(Message("Il tuo trasporto: {proof}", proof=proof))
        _send(session, kind, reader, subject, sentences)


def cancelled(session: Session, group_order_id: int, reason: str, now: datetime) -> None:
    """Write to every household that booked that its order will not come."""
    kind = _Kind(CANCELLING, "cancelled", heading.of(session, group_order_id), now)
    subject = Message("{title}: ordine annullato", title=kind.order.title)
    sentences = [kind.said()]
    if reason:
        sentences.append(Message("Motivo: {reason}", reason=reason))
    for reader in readers(session, group_order_id):
        _send(session, kind, reader, subject, sentences)


def _changes(kind: _Kind, reader: BookingReader, lines: list[Message]) -> list[Message]:
    """Say what a household gets of an order that is on its way."""
    if not reader.served:
        return [kind.said("cut"), *lines]
    changed = Message("Alcune quantità sono cambiate:")
    return [kind.said(), changed, *lines, _comes_to(reader), _place(kind.order)]


def _in_words(line: _ChangedLine) -> Message:
    """Say what a line asked for, gets and why; one that would only complete a case wanted no 0."""
    reason = recall(line.reason)
    assigned = quantity(line.assigned, line.unit)
    if line.wanted:
        return Message(
            "- {name}: {assigned} invece di {wanted}. {reason}",
            name=line.name,
            assigned=assigned,
            wanted=quantity(line.wanted, line.unit),
            reason=reason,
        )
    most = quantity(line.at_most, line.unit)
    if not line.assigned:
        return Message(
            "- {name}, fino a {most}. {reason}", name=line.name, most=most, reason=reason
        )
    return Message(
        "- {name}, fino a {most}: {assigned}. {reason}",
        name=line.name,
        most=most,
        assigned=assigned,
        reason=reason,
    )


def _comes_to(reader: BookingReader) -> Message:
    return Message(
        "Merce {goods}, trasporto {transport}, in tutto {total}.",
        goods=euro(reader.assigned_cents or 0),
        transport=euro(reader.transport_cents or 0),
        total=euro(reader.due_cents),
    )


def _place(order: Heading) -> Message:
    place = f"{order.pickup_point}, {order.pickup_address}"
    return Message("Si ritira qui: {place}.", place=place)


def _send(
    session: Session,
    kind: _Kind,
    reader: BookingReader,
    subject: Message,
    sentences: list[Message],
) -> None:
    """Write one letter to one reader: what it is about, and what it says."""
    order = kind.order
    about = Message("ordine «{title}», {producer}.", title=order.title, producer=order.producer)
    letters.write(
        session,
        kind=kind.name,
        to=Reader(reader.email, reader.name, reader.language, reader.person_id),
        subject=subject,
        text=letters.lines(
            Message("Ciao {name},", name=reader.name), "", about, "", *sentences, ""
        ),
        key=f"group-order:{order.id}:{kind.key}:{reader.household_id}:{reader.email or ''}",
    )
