"""How an order stands at an instant, in words for whoever reads: the one place that says it.

Every page, letter and paper asks here, so that none tells what is not true any more. A stage
follows from the state that is kept, the order's instants and whether anything was ordered; the
words follow from the stage and from who reads. docs/market.md shows them all, and
tests/market/test_standing_everywhere.py walks the pages and letters over every stage.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from kit.errors import Message
from market.group_orders.rules import lifecycle

Reader = Literal["household", "staff"]
"""Who books and fetches; who runs the order, keeps the accounts or hands out."""

Mood = Literal["good", "wait", "calm", "bad"]


class Stage(StrEnum):
    """Where an order stands; each has its own words."""

    COMING = "coming"  # published, its hour of opening has not come
    OPEN = "open"  # households book
    OVER = "over"  # its hour has passed and nobody has closed it yet
    ORDERED = "ordered"  # closed, something is ordered, its day has not come
    DUE = "due"  # its day has come, nobody has confirmed that it arrived
    NOTHING = "nothing"  # closed, and nothing is ordered
    ARRIVED = "arrived"  # arrived and charged
    CANCELLED = "cancelled"  # it will never come


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What of an order decides how it stands. `ordered`: whether closing ordered anything."""

    state: str
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    delivery_day: date
    ordered: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A word or two for a label, its mood, and one sentence that stands by itself."""

    label: Message
    mood: Mood
    sentence: Message


def stage(order: Times, now: datetime, today: date) -> Stage:
    """Name where an order stands at `now`; `today` is the day in Rome at `now`."""
    if order.state == lifecycle.OPEN:
        if now < order.opens_at:
            return Stage.COMING
        return Stage.OPEN if now < order.closes_at else Stage.OVER
    if order.state == lifecycle.CLOSED:
        if not order.ordered:
            return Stage.NOTHING
        return Stage.ORDERED if today < order.delivery_day else Stage.DUE
    return Stage.ARRIVED if order.state == lifecycle.SETTLED else Stage.CANCELLED


def of(order: Times, now: datetime, today: date, reader: Reader) -> Standing:
    """Say how an order stands at `now` to one kind of reader."""
    at = stage(order, now, today)
    label, mood = _LABELS[at]
    sentence = _SENTENCES[reader][at]
    if at is Stage.DUE and today > order.delivery_day:
        label, sentence = _LATE[reader]
    values = {
        "opens": order.opens_at,
        "closes": order.closes_at,
        "closed": order.closed_at or order.closes_at,
        "day": order.delivery_day,
    }
    used = {name: value for name, value in values.items() if "{" + name + "}" in sentence.text}
    return Standing(label, mood, Message(sentence.text, **used))


def hours(order: Times, now: datetime) -> tuple[Message, datetime]:
    """Name the instant of an order that counts now: opens, closes, was to close, was closed."""
    if order.closed_at is not None:
        return Message("Chiuso"), order.closed_at
    if order.state == lifecycle.CANCELLED:
        return Message("Doveva chiudere"), order.closes_at
    if now < order.opens_at:
        return Message("Si apre"), order.opens_at
    return (Message("Si chiude") if now < order.closes_at else Message("Ora di chiusura")), (
        order.closes_at
    )


_LABELS: dict[Stage, tuple[Message, Mood]] = {
    Stage.COMING: (Message("non ancora aperto"), "calm"),
    Stage.OPEN: (Message("aperto"), "good"),
    Stage.OVER: (Message("in chiusura"), "wait"),
    Stage.ORDERED: (Message("in arrivo"), "wait"),
    Stage.DUE: (Message("arriva oggi"), "wait"),
    Stage.NOTHING: (Message("non si ordina niente"), "calm"),
    Stage.ARRIVED: (Message("arrivato"), "good"),
    Stage.CANCELLED: (Message("annullato"), "bad"),
}
_LATE: dict[Reader, tuple[Message, Message]] = {
    "household": (
        Message("consegna da confermare"),
        Message("Doveva arrivare {day}: chi coordina non l'ha ancora confermato."),
    ),
    "staff": (
        Message("consegna da confermare"),
        Message("Doveva arrivare {day}. Se è arrivato, confermalo: solo allora si addebita."),
    ),
}
_SENTENCES: dict[Reader, dict[Stage, Message]] = {
    "household": {
        Stage.COMING: Message("Si prenota da {opens} a {closes}."),
        Stage.OPEN: Message("Si prenota fino a {closes}."),
        Stage.OVER: Message(
            "Le prenotazioni sono finite: {closes}. Appena l'ordine si chiude sai che cosa ricevi."
        ),
        Stage.ORDERED: Message("È ordinato. Arriva {day}: fino ad allora non paghi niente."),
        Stage.DUE: Message("Arriva oggi. Si addebita solo quando è arrivato."),
        Stage.NOTHING: Message("È chiuso senza ordinare niente: non ricevi e non paghi niente."),
        Stage.ARRIVED: Message("È arrivato ed è addebitato."),
        Stage.CANCELLED: Message("È annullato: non ricevi e non paghi niente."),
    },
    "staff": {
        Stage.COMING: Message("Si apre da solo: {opens}."),
        Stage.OPEN: Message("Si prenota fino a {closes}."),
        Stage.OVER: Message("L'ora di chiusura è passata: {closes}. Guarda il risultato e chiudi."),
        Stage.ORDERED: Message(
            "È chiuso e da ordinare al produttore. Si aspetta la consegna di {day}: "
            "fino ad allora non si addebita niente."
        ),
        Stage.DUE: Message(
            "È il giorno della consegna. Quando la merce è arrivata, confermalo: "
            "solo allora si addebita."
        ),
        Stage.NOTHING: Message(
            "È chiuso senza ordinare niente: non parte nessun ordine e non c'è niente da ritirare."
        ),
        Stage.ARRIVED: Message("È arrivato ed è addebitato."),
        Stage.CANCELLED: Message("È annullato: non si ordina e non si addebita niente."),
    },
}
