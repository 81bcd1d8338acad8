"""Letters to households: what closing changed for them, what settling charged, a cancelling."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from kit import mail
from kit.db import rows
from kit.errors import Message
from kit.sentences import euro, quantity, recall
from kit.words.text import day, locale, render
from market.group_orders import heading
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import Offer
from people.roles import MEMBER
from people.tables import Person, RoleGrant


class _Reader(NamedTuple):
    """Whoever reads what a household is written, with what its booking came to."""

    booking_id: int
    household_id: int
    name: str
    email: str
    language: str
    assigned_cents: int | None
    transport_cents: int | None
    transport_proof: dict[str, Any] | None


class _ChangedLine(NamedTuple):
    """A line that gets another quantity than was wanted, and why."""

    booking_id: int
    name: str
    unit: str
    wanted: int
    assigned: int
    reason: dict[str, Any]


_EMAIL = func.coalesce(Person.email, Household.email)
_READERS = (
    select(
        Booking.id.label("booking_id"),
        Household.id.label("household_id"),
        Household.name,
        _EMAIL.label("email"),
        func.coalesce(Person.locale, Household.language).label("language"),
        Booking.assigned_cents,
        Booking.transport_cents,
        Booking.transport_proof,
    )
    .select_from(Booking)
    .join(Household, Household.id == Booking.household_id)
    .outerjoin(
        RoleGrant,
        and_(
            RoleGrant.role == MEMBER,
            RoleGrant.scope_kind == "household",
            RoleGrant.scope_id == Household.id,
        ),
    )
    .outerjoin(Person, and_(Person.id == RoleGrant.person_id, Person.disabled_at.is_(None)))
    .where(
        _EMAIL.is_not(None),
        exists().where(BookingLine.booking_id == Booking.id, BookingLine.at_most > 0),
    )
    .order_by(Household.id, _EMAIL)
)
_CHANGED = (
    select(
        BookingLine.booking_id,
        Offer.name,
        Offer.unit,
        BookingLine.wanted,
        BookingLine.assigned,
        BookingLine.reason,
    )
    .join(Booking, Booking.id == BookingLine.booking_id)
    .join(Offer, Offer.id == BookingLine.offer_id)
    .where(BookingLine.reason.is_not(None))
    .order_by(Offer.position, Offer.id)
)


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter to one reader, in the reader's language."""

    kind: str
    subject: Message
    sentences: list[Message]


def closed(session: Session, group_order_id: int) -> None:
    """Write to every household that gets other quantities than it wanted, with the reasons."""
    order = heading.of(session, group_order_id)
    changed: dict[int, list[_ChangedLine]] = defaultdict(list)
    of_order = _CHANGED.where(Booking.group_order_id == group_order_id)
    for line in rows(session, _ChangedLine, of_order):
        changed[line.booking_id].append(line)
    for reader in _readers(session, group_order_id):
        lines = changed.get(reader.booking_id)
        if not lines:
            continue
        opening = Message(
            "l'ordine «{title}» è chiuso. Alcune quantità sono cambiate:", title=order.title
        )
        subject = Message("{title}: quantità cambiate", title=order.title)
        sentences = [opening, *map(_in_words, lines), _comes_to(reader)]
        _send(session, group_order_id, reader, _Letter("closed", subject, sentences))


def settled(session: Session, group_order_id: int) -> None:
    """Write to every household what it was charged, with the proof of its transport share."""
    order = heading.of(session, group_order_id)
    for reader in _readers(session, group_order_id):
        sentences = [
            Message("l'ordine «{title}» è stato consegnato e addebitato.", title=order.title),
            _comes_to(reader),
        ]
        proof = recall(reader.transport_proof)
        if proof is not None:
            sentences.append(Message("Il tuo trasporto: {proof}", proof=proof))
        subject = Message("{title}: addebito", title=order.title)
        _send(session, group_order_id, reader, _Letter("settled", subject, sentences))


def cancelled(session: Session, group_order_id: int, reason: str) -> None:
    """Write to every household that booked that its order will not come."""
    order = heading.of(session, group_order_id)
    for reader in _readers(session, group_order_id):
        sentences = [
            Message("l'ordine «{title}» è stato annullato.", title=order.title),
            Message("Non ti viene addebitato nulla."),
        ]
        if reason:
            sentences.insert(1, Message("Motivo: {reason}", reason=reason))
        subject = Message("{title}: ordine annullato", title=order.title)
        _send(session, group_order_id, reader, _Letter("cancelled", subject, sentences))


def _readers(session: Session, group_order_id: int) -> list[_Reader]:
    """Whoever signs in for a household; its own address where nobody does."""
    return rows(session, _Reader, _READERS.where(Booking.group_order_id == group_order_id))


def _in_words(line: _ChangedLine) -> Message:
    return Message(
        "- {name}: {assigned} invece di {wanted}. {reason}",
        name=line.name,
        assigned=quantity(line.assigned, line.unit),
        wanted=quantity(line.wanted, line.unit),
        reason=recall(line.reason),
    )


def _comes_to(reader: _Reader) -> Message:
    return Message(
        "Merce {goods}, trasporto {transport}, in tutto {total}.",
        goods=euro(reader.assigned_cents or 0),
        transport=euro(reader.transport_cents or 0),
        total=euro((reader.assigned_cents or 0) + (reader.transport_cents or 0)),
    )


def _send(session: Session, group_order_id: int, reader: _Reader, letter: _Letter) -> None:
    token = locale.set(reader.language)
    try:
        order = heading.of(session, group_order_id)
        greeting = render(Message("Ciao {name},", name=reader.name))
        delivery = render(Message("Consegna: {day}.", day=day(order.delivery_day)))
        body = "\n".join([greeting, "", *map(render, letter.sentences), "", delivery])
        mail.queue(
            session,
            to=reader.email,
            subject=render(letter.subject),
            text=body,
            key=f"group-order:{group_order_id}:{letter.kind}:{reader.household_id}:{reader.email}",
        )
    finally:
        locale.reset(token)
