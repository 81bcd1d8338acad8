"""Letters to households: what closing, moving, settling and cancelling an order mean for them.

Each begins with how the order stands when it is written (`group_orders.rules.standing`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
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


def closed(
    session: Session,
    group_order_id: int,
    now: datetime,
    *,
    over: Mapping[int, int] = MappingProxyType({}),
    early: bool = False,
) -> None:
    """Write what closing changed, with the reasons: to every household that gets other quantities.

    And to those whom the transport takes beyond their credit, `over` by so many cents (by their
    ids). Everybody who booked reads it where nothing is ordered, or the order was closed `early`,
    before the hour they had been told. One that was cancelled meanwhile has its own letter.
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
        beyond = over.get(reader.household_id, 0)
        hour = [_before_its_hour(kind.order)] if early else []
        if kind.stage is Stage.NOTHING:
            subject = Message("{title}: non si ordina niente", title=kind.order.title)
            why = Message("Nessun collo si è riempito.")
            _send(session, kind, reader, subject, [kind.said(), *hour, why, *lines])
        elif lines or beyond or early:
            subject = _subject(kind.order, changed=bool(lines), beyond=bool(beyond))
            said = _changes(kind, reader, [*hour, *_quantities(reader, lines)], beyond)
            _send(session, kind, reader, subject, said)


def _subject(order: Heading, *, changed: bool, beyond: bool) -> Message:
    if changed:
        return Message("{title}: quantità cambiate", title=order.title)
    if beyond:
        return Message("{title}: con il trasporto superi il credito", title=order.title)
    return Message("{title}: chiuso prima dell'ora", title=order.title)


def _before_its_hour(order: Heading) -> Message:
    closed = order.closed_at or order.closes_at
    return Message("È stato chiuso {when}, prima dell'ora che ti era stata detta.", when=closed)


def _quantities(reader: BookingReader, lines: list[Message]) -> list[Message]:
    if not reader.served:
        return lines
    if not lines:
        return [Message("Ricevi quello che volevi.")]
    return [Message("Alcune quantità sono cambiate:"), *lines]


BOOKED_UNTIL = Message("Prima si prenotava fino a {when}.")
ARRIVED_ON = Message("Prima l'arrivo era previsto {day}.")
"""What a letter about moved hours says of before (`by_voice` looks for these)."""


class Before(NamedTuple):
    """What a move changed, as it was before; None for what it left as it is."""

    closes_at: datetime | None = None
    delivery_day: date | None = None

    def sentences(self) -> list[Message]:
        """Say what no longer holds."""
        said = []
        if self.closes_at is not None:
            said.append(Message(BOOKED_UNTIL.text, when=self.closes_at))
        if self.delivery_day is not None:
            said.append(Message(ARRIVED_ON.text, day=self.delivery_day))
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
        *place(kind.order),
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
        sentences = [kind.said(), *_fetching(kind), _comes_to(reader)]
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


def _changes(
    kind: _Kind, reader: BookingReader, said: list[Message], beyond_cents: int
) -> list[Message]:
    """Say what a household gets of an order that is on its way."""
    if not reader.served:
        return [kind.said("cut"), *said]
    found = [kind.said(), *said, _comes_to(reader)]
    if beyond_cents:
        found.append(
            Message(
                "Con il trasporto superi il tuo credito di {money}: prima di prenotare ancora "
                "serve un versamento.",
                money=euro(beyond_cents),
            )
        )
    return [*found, *place(kind.order)]


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


def _fetching(kind: _Kind) -> list[Message]:
    """Say of what has come where it is fetched, and if it came on another day than was told."""
    if not standing.to_fetch(kind.order, kind.now):
        return []
    arrived = standing.fetched_on(kind.order)
    if arrived == kind.order.delivery_day:
        return place(kind.order)
    moved = Message(
        "È arrivato {day}: era previsto {planned}.", day=arrived, planned=kind.order.delivery_day
    )
    return [moved, *place(kind.order)]


def _comes_to(reader: BookingReader) -> Message:
    return Message(
        "Merce {goods}, trasporto {transport}, in tutto {total}.",
        goods=euro(reader.assigned_cents or 0),
        transport=euro(reader.transport_cents or 0),
        total=euro(reader.due_cents),
    )


def place(order: Heading) -> list[Message]:
    """Say where the goods of an order are fetched, and until when."""
    where = f"{order.pickup_point}, {order.pickup_address}"
    said = [Message("Si ritira qui: {place}.", place=where)]
    if order.pickup_hours:
        said.append(Message("Quando si ritira: {hours}", hours=order.pickup_hours))
    return said


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
