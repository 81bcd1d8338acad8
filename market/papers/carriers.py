"""Letters to who carries the goods: a delivery that moved to another day, or does not come.

Households have their own (`notices`); whoever carries plans by the days of the pick-ups.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from kit import letters
from kit.errors import Message
from kit.letters import Reader
from market import audiences
from market.group_orders import heading
from market.group_orders.heading import Heading
from market.group_orders.rules import standing
from market.papers import notices

CARRYING = "market.carrying_notice"
letters.register(CARRYING, Message("Consegne da portare, spostate o annullate"))


def moved(session: Session, group_order_id: int, move: int, now: datetime, *, before: date) -> None:
    """Write on which day an order is delivered now, and on which it was `before`.

    `move` tells one move of an order from the next. What became of an order that does not come
    any more is told by its own letter.
    """
    order = heading.of(session, group_order_id)
    coming = standing.delivery(order, now, "staff")
    if coming is None:
        return
    subject = Message("{title}: consegna spostata", title=order.title)
    sentences = [
        Message("Il giorno della consegna è cambiato."),
        Message("{what} {day}.", what=coming[0], day=coming[1]),
        Message(notices.ARRIVED_ON.text, day=before),
        *notices.place(order),
    ]
    _send(session, order, f"moved-{move}", subject, sentences)


def cancelled(session: Session, group_order_id: int, reason: str) -> None:
    """Write that an order does not come, and on which day it was to."""
    order = heading.of(session, group_order_id)
    subject = Message("{title}: consegna annullata", title=order.title)
    sentences = [
        Message("L'ordine è annullato: non arriva e non c'è niente da portare."),
        Message("L'arrivo era previsto {day}.", day=order.delivery_day),
    ]
    if reason:
        sentences.append(Message("Motivo: {reason}", reason=reason))
    _send(session, order, "cancelled", subject, sentences)


def _send(
    session: Session, order: Heading, what: str, subject: Message, sentences: list[Message]
) -> None:
    about = Message(
        "ordine «{title}» di {centre}, {producer}.",
        title=order.title,
        centre=order.centre,
        producer=order.producer,
    )
    for reader in audiences.carriers(session, order.id):
        letters.write(
            session,
            kind=CARRYING,
            to=Reader(reader.email, reader.name, reader.language, reader.person_id),
            subject=subject,
            text=letters.lines(
                Message("Ciao {name},", name=reader.name), "", about, "", *sentences, ""
            ),
            key=f"group-order:{order.id}:{what}:carrier-{reader.person_id}:",
        )
