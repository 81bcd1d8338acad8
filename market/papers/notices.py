"""Letters to households: what closing changed for them, what settling charged, a cancelling."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from kit import mail
from kit.errors import Message
from kit.sentences import euro, quantity, recall
from kit.words.text import day, locale, render
from market.group_orders import orders
from people.roles import MEMBER

_READERS = text("""
    select b.id as booking_id, b.assigned_cents, b.transport_cents, b.transport_proof,
        h.id as household_id, h.name, coalesce(p.email, h.email) as email,
        coalesce(p.locale, h.language) as language
    from booking b join household h on h.id = b.household_id
    left join role_grant g on g.role = :member and g.scope_kind = 'household'
        and g.scope_id = h.id
    left join person p on p.id = g.person_id and p.disabled_at is null
    where b.group_order_id = :group_order_id and coalesce(p.email, h.email) is not null
        and exists (select 1 from booking_line l where l.booking_id = b.id and l.at_most > 0)
    order by h.id, email
""")
_CHANGED = text("""
    select l.booking_id, f.name, f.unit, l.wanted, l.assigned, l.reason
    from booking_line l join booking b on b.id = l.booking_id join offer f on f.id = l.offer_id
    where b.group_order_id = :group_order_id and l.reason is not null
    order by f.position, f.id
""")


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter to one reader, in the reader's language."""

    kind: str
    subject: Message
    sentences: list[Message]


def closed(session: Session, group_order_id: int) -> None:
    """Write to every household that gets other quantities than it wanted, with the reasons."""
    order = orders.get(session, group_order_id)
    changed: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_CHANGED, {"group_order_id": group_order_id}):
        changed[row.booking_id].append(row)
    for reader in _readers(session, group_order_id):
        lines = changed.get(reader.booking_id)
        if not lines:
            continue
        opening = Message(
            "l'ordine «{title}» è chiuso. Alcune quantità sono cambiate:", title=order.title
        )
        subject = Message("{title}: quantità cambiate", title=order.title)
        sentences = [opening, *map(_changed_line, lines), _comes_to(reader)]
        _send(session, group_order_id, reader, _Letter("closed", subject, sentences))


def settled(session: Session, group_order_id: int) -> None:
    """Write to every household what it was charged, with the proof of its transport share."""
    order = orders.get(session, group_order_id)
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
    order = orders.get(session, group_order_id)
    for reader in _readers(session, group_order_id):
        sentences = [
            Message("l'ordine «{title}» è stato annullato.", title=order.title),
            Message("Non ti viene addebitato nulla."),
        ]
        if reason:
            sentences.insert(1, Message("Motivo: {reason}", reason=reason))
        subject = Message("{title}: ordine annullato", title=order.title)
        _send(session, group_order_id, reader, _Letter("cancelled", subject, sentences))


def _readers(session: Session, group_order_id: int) -> Iterator[Row[Any]]:
    """Whoever signs in for a household; its own address where nobody does."""
    values = {"group_order_id": group_order_id, "member": MEMBER}
    yield from session.execute(_READERS, values).all()


def _changed_line(row: Row[Any]) -> Message:
    return Message(
        "- {name}: {assigned} invece di {wanted}. {reason}",
        name=row.name,
        assigned=quantity(row.assigned, row.unit),
        wanted=quantity(row.wanted, row.unit),
        reason=recall(row.reason),
    )


def _comes_to(reader: Row[Any]) -> Message:
    return Message(
        "Merce {goods}, trasporto {transport}, in tutto {total}.",
        goods=euro(reader.assigned_cents or 0),
        transport=euro(reader.transport_cents or 0),
        total=euro((reader.assigned_cents or 0) + (reader.transport_cents or 0)),
    )


def _send(session: Session, group_order_id: int, reader: Row[Any], letter: _Letter) -> None:
    token = locale.set(reader.language)
    try:
        order = orders.get(session, group_order_id)
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
