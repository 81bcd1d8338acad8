"""Letters to households: what closing changed for them, what settling charged, a cancelling."""

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, join, outerjoin

from kit import letters
from kit.db import rows
from kit.errors import Message
from kit.letters import Reader
from kit.sentences import euro, quantity, recall
from market.group_orders import heading
from market.group_orders.heading import Heading
from market.papers import order_sheets
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import Offer
from people.roles import MEMBER
from people.tables import Person, RoleGrant

CLOSING, SETTLEMENT, CANCELLING = (
    "market.closing_notice",
    "market.settlement_notice",
    "market.cancelling_notice",
)
letters.register(CLOSING, Message("Quantità cambiate alla chiusura di un ordine"), optional=True)
letters.register(SETTLEMENT, Message("Addebiti degli ordini"))
letters.register(CANCELLING, Message("Ordini annullati"), optional=True)

# The word of each in the keys, which name every letter ever written: it does not change.
_KEY_WORDS = {CLOSING: "closed", SETTLEMENT: "settled", CANCELLING: "cancelled"}


class _Reader(NamedTuple):
    """Whoever reads what a household is written, with what its booking came to."""

    booking_id: int
    household_id: int
    name: str
    person_id: int | None
    email: str | None
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
        Person.id.label("person_id"),
        _EMAIL.label("email"),
        func.coalesce(Person.locale, Household.language).label("language"),
        Booking.assigned_cents,
        Booking.transport_cents,
        Booking.transport_proof,
    )
    .select_from(
        outerjoin(
            join(Booking, Household, Household.id == Booking.household_id),
            join(
                RoleGrant,
                Person,
                and_(Person.id == RoleGrant.person_id, Person.disabled_at.is_(None)),
            ),
            and_(
                RoleGrant.role == MEMBER,
                RoleGrant.scope_kind == "household",
                RoleGrant.scope_id == Household.id,
            ),
        )
    )
    .where(exists().where(BookingLine.booking_id == Booking.id, BookingLine.at_most > 0))
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


def unreached(session: Session, group_order_id: int) -> list[str]:
    """Name who could not be written to about an order, for whoever can tell them by voice."""
    return letters.unreached(
        session, f"group-order:{group_order_id}", order_sheets.letter_key(group_order_id)
    )


def closed(session: Session, group_order_id: int) -> None:
    """Write to every household that gets other quantities than it wanted, with the reasons."""
    order = heading.of(session, group_order_id)
    changed: dict[int, list[_ChangedLine]] = defaultdict(list)
    of_order = _CHANGED.where(Booking.group_order_id == group_order_id)
    for line in rows(session, _ChangedLine, of_order):
        changed[line.booking_id].append(line)
    subject = Message("{title}: quantità cambiate", title=order.title)
    opening = Message(
        "l'ordine «{title}» è chiuso. Alcune quantità sono cambiate:", title=order.title
    )
    for reader in _readers(session, group_order_id):
        lines = changed.get(reader.booking_id)
        if lines:
            sentences = [opening, *map(_in_words, lines), _comes_to(reader)]
            _send(session, order, reader, CLOSING, (subject, sentences))


def settled(session: Session, group_order_id: int) -> None:
    """Write to every household what it was charged, with the proof of its transport share."""
    order = heading.of(session, group_order_id)
    subject = Message("{title}: addebito", title=order.title)
    for reader in _readers(session, group_order_id):
        sentences = [
            Message("l'ordine «{title}» è stato consegnato e addebitato.", title=order.title),
            _comes_to(reader),
        ]
        proof = recall(reader.transport_proof)
        if proof is not None:
            sentences.append(Message("Il tuo trasporto: {proof}", proof=proof))
        _send(session, order, reader, SETTLEMENT, (subject, sentences))


def cancelled(session: Session, group_order_id: int, reason: str) -> None:
    """Write to every household that booked that its order will not come."""
    order = heading.of(session, group_order_id)
    subject = Message("{title}: ordine annullato", title=order.title)
    sentences = [Message("l'ordine «{title}» è stato annullato.", title=order.title)]
    if reason:
        sentences.append(Message("Motivo: {reason}", reason=reason))
    sentences.append(Message("Non ti viene addebitato nulla."))
    for reader in _readers(session, group_order_id):
        _send(session, order, reader, CANCELLING, (subject, sentences))


def _readers(session: Session, group_order_id: int) -> list[_Reader]:
    """Whoever signs in for a household; its own address where nobody does, if it has one."""
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


def _send(
    session: Session,
    order: Heading,
    reader: _Reader,
    kind: str,
    words: tuple[Message, list[Message]],
) -> None:
    """Write one letter to one reader: what it is about, and what it says."""
    subject, sentences = words
    letters.write(
        session,
        kind=kind,
        to=Reader(reader.email, reader.name, reader.language, reader.person_id),
        subject=subject,
        text=letters.lines(
            Message("Ciao {name},", name=reader.name),
            "",
            *sentences,
            "",
            Message("Consegna: {day}.", day=order.delivery_day),
        ),
        key=f"group-order:{order.id}:{_KEY_WORDS[kind]}:{reader.household_id}:{reader.email or ''}",
    )
