"""How an order stands at an instant, in words for whoever reads: the one place that says it.

Every page, letter and paper asks here, so that none tells what is not true any more. A stage
follows from the state that is kept and the order's instants; the words follow from the stage
and from who reads. docs/market.md shows them all, and tests/market/test_standing_everywhere.py
walks the pages and letters over every stage.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from kit.errors import Message
from kit.rome import to_rome
from market.group_orders.rules import lifecycle

Reader = Literal["household", "cut", "idle", "staff"]
"""Who books and fetches, or passes by; of closed orders a household that gets nothing of what it
booked, and one that booked nothing; who runs the order, keeps the accounts or hands out."""

Mood = Literal["good", "wait", "calm", "bad"]

STILL_FETCHED = timedelta(days=3)
"""How long after the delivery day, or after it was confirmed, goods count as not yet fetched."""


class Stage(StrEnum):
    """Where an order stands; each has its own words."""

    COMING = "coming"  # published, its hour of opening has not come
    OPEN = "open"  # households book
    OVER = "over"  # its hour has passed and nobody has closed it yet
    ORDERED = "ordered"  # closed, something is ordered, its day has not come
    DUE = "due"  # its day has come, nobody has confirmed that it arrived
    LATE = "late"  # its day has passed, nobody has confirmed that it arrived
    NOTHING = "nothing"  # closed, and nothing is ordered
    ARRIVED = "arrived"  # arrived and charged
    CANCELLED = "cancelled"  # it will never come


WAITING = frozenset({Stage.OVER, Stage.DUE, Stage.LATE})
"""Somebody who runs the order has to act now."""
ON_ITS_WAY = frozenset({Stage.ORDERED, Stage.DUE, Stage.LATE})
"""Closed with something in it, and not yet confirmed."""
BOOKABLE = frozenset({Stage.COMING, Stage.OPEN, Stage.OVER})
"""Nothing is decided yet: what counts is what households want."""


class Times(Protocol):
    """What of an order decides how it stands; whoever reads a row of it may read more."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def opens_at(self) -> datetime: ...  # noqa: D102
    @property
    def closes_at(self) -> datetime: ...  # noqa: D102
    @property
    def closed_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def delivery_day(self) -> date: ...  # noqa: D102
    @property
    def settled_at(self) -> datetime | None: ...  # noqa: D102


class Instants(Times, Protocol):
    """What of an order its hours are told by."""

    @property
    def cancelled_at(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Standing:
    """A word or two for a label, its mood, and one sentence that stands by itself."""

    stage: Stage
    label: Message
    mood: Mood
    sentence: Message


def stage(order: Times, now: datetime) -> Stage:
    """Name where an order stands at `now`; its day is a day in Rome."""
    if order.state == lifecycle.OPEN:
        if now < order.opens_at:
            return Stage.COMING
        return Stage.OPEN if now < order.closes_at else Stage.OVER
    if order.state == lifecycle.CLOSED:
        today = _day(now)
        if today == order.delivery_day:
            return Stage.DUE
        return Stage.ORDERED if today < order.delivery_day else Stage.LATE
    if order.state == lifecycle.EMPTY:
        return Stage.NOTHING
    return Stage.ARRIVED if order.state == lifecycle.SETTLED else Stage.CANCELLED


def of(order: Times, now: datetime, reader: Reader) -> Standing:
    """Say how an order stands at `now` to one kind of reader."""
    at = stage(order, now)
    label, mood, sentence = words(reader, at)
    values = {"opens": order.opens_at, "closes": order.closes_at, "day": order.delivery_day}
    used = {name: value for name, value in values.items() if "{" + name + "}" in sentence.text}
    return Standing(at, label, mood, Message(sentence.text, **used))


def reader_of(*, counts: bool, asked: bool) -> Reader:
    """Name a household as a reader: it books or gets something, it only would have, or neither."""
    if counts:
        return "household"
    return "cut" if asked else "idle"


def words(reader: Reader, at: Stage) -> tuple[Message, Mood, Message]:
    """Give label, mood and sentence of a stage; what has none of its own is any household's."""
    return WORDS[reader].get(at) or WORDS["household"][at]


def hours(order: Instants, now: datetime) -> tuple[Message, datetime]:
    """Name the instant of an order that counts now: opens, closes, was closed, was cancelled."""
    if order.cancelled_at is not None:
        return Message("Annullato"), order.cancelled_at
    if order.closed_at is not None:
        return Message("Chiuso"), order.closed_at
    if now < order.opens_at:
        return Message("Si apre"), order.opens_at
    if now < order.closes_at:
        return Message("Si chiude"), order.closes_at
    return Message("L'ora di chiusura era"), order.closes_at


def delivery(
    order: Times, now: datetime, reader: Reader = "household"
) -> tuple[Message, date] | None:
    """Name the day of an order that counts now; None where nothing comes for its reader."""
    at = stage(order, now)
    if _nothing_comes(at, reader):
        return None
    if at is Stage.ARRIVED:
        return Message("Consegna confermata"), fetched_on(order)
    if at is Stage.LATE:
        return Message("Doveva arrivare"), order.delivery_day
    return Message("Arriva"), order.delivery_day


def fetched_on(order: Times) -> date:
    """Give the day the goods of an order are fetched: the planned one until they have come."""
    return _day(order.settled_at) if order.settled_at else order.delivery_day


def turn(order: Times, now: datetime) -> tuple[date, datetime]:
    """Give what orders are listed by, the soonest first: what comes next of each at `now`.

    Until it opens that is its opening, then its closing, then the day its goods are fetched.
    """
    at = stage(order, now)
    if at not in BOOKABLE:
        return fetched_on(order), order.closes_at
    instant = order.opens_at if at is Stage.COMING else order.closes_at
    return _day(instant), instant


def to_fetch(order: Times, now: datetime, reader: Reader = "household") -> bool:
    """Whether there is, will be, or was just now something to fetch for the reader."""
    at = stage(order, now)
    if _nothing_comes(at, reader):
        return False
    if at is Stage.ARRIVED:
        return max(order.delivery_day, fetched_on(order)) >= fetched_since(now)
    return True


def _nothing_comes(at: Stage, reader: Reader) -> bool:
    empty_handed = reader in ("cut", "idle") and at in WORDS[reader]
    return empty_handed or at in (Stage.NOTHING, Stage.CANCELLED)


def fetched_since(now: datetime) -> date:
    """Give the first day whose goods count as not yet fetched at `now`."""
    return _day(now - STILL_FETCHED)


def _day(instant: datetime) -> date:
    return to_rome(instant).date()


WORDS: dict[Reader, dict[Stage, tuple[Message, Mood, Message]]] = {
    "household": {
        Stage.COMING: (
            Message("non ancora aperto"),
            "calm",
            Message("Si prenota da {opens} a {closes}."),
        ),
        Stage.OPEN: (Message("aperto"), "good", Message("Si prenota fino a {closes}.")),
        Stage.OVER: (
            Message("in chiusura"),
            "wait",
            Message(
                "Non si prenota più da {closes}. Appena chi coordina chiude l'ordine sai che cosa "
                "ricevi."
            ),
        ),
        Stage.ORDERED: (
            Message("in arrivo"),
            "wait",
            Message("È chiuso. Arriva {day}: fino ad allora non paghi niente."),
        ),
        Stage.DUE: (
            Message("arriva oggi"),
            "wait",
            Message("È chiuso e arriva oggi: paghi solo quando è arrivato."),
        ),
        Stage.LATE: (
            Message("consegna da confermare"),
            "wait",
            Message(
                "Doveva arrivare {day} e chi coordina non l'ha ancora confermato: fino ad allora "
                "non paghi niente."
            ),
        ),
        Stage.NOTHING: (
            Message("non si ordina niente"),
            "calm",
            Message("È chiuso senza ordinare niente: non ricevi e non paghi niente."),
        ),
        Stage.ARRIVED: (Message("arrivato"), "good", Message("È arrivato ed è addebitato.")),
        Stage.CANCELLED: (
            Message("annullato"),
            "bad",
            Message("È annullato: non ricevi e non paghi niente."),
        ),
    },
    "cut": dict.fromkeys(
        [*ON_ITS_WAY, Stage.ARRIVED],
        (
            Message("non ricevi niente"),
            "calm",
            Message("È chiuso: di questo ordine non ricevi niente e non paghi niente."),
        ),
    ),
    "idle": {
        Stage.OVER: (
            Message("in chiusura"),
            "wait",
            Message("Non si prenota più da {closes}, e non hai prenotato niente."),
        ),
        **dict.fromkeys(
            [*ON_ITS_WAY, Stage.ARRIVED],
            (Message("chiuso"), "calm", Message("È chiuso, e non avevi prenotato niente.")),
        ),
    },
    "staff": {
        Stage.COMING: (
            Message("non ancora aperto"),
            "calm",
            Message("Si apre da solo {opens} e si prenota fino a {closes}."),
        ),
        Stage.OPEN: (Message("aperto"), "good", Message("Si prenota fino a {closes}.")),
        Stage.OVER: (
            Message("da chiudere"),
            "bad",
            Message(
                "L'ora di chiusura è passata: {closes}. Chi coordina guarda il risultato e chiude."
            ),
        ),
        Stage.ORDERED: (
            Message("in arrivo"),
            "wait",
            Message(
                "È chiuso. Si aspetta la consegna di {day}: fino ad allora non si addebita niente."
            ),
        ),
        Stage.DUE: (
            Message("arriva oggi"),
            "wait",
            Message(
                "È il giorno della consegna. Quando la merce è arrivata va confermato: solo allora "
                "si addebita."
            ),
        ),
        Stage.LATE: (
            Message("consegna da confermare"),
            "bad",
            Message(
                "Doveva arrivare {day}. Se la merce è arrivata va confermato: solo allora si "
                "addebita."
            ),
        ),
        Stage.NOTHING: (
            Message("non si ordina niente"),
            "calm",
            Message(
                "È chiuso senza ordinare niente: al produttore non va niente e a nessuno si "
                "addebita niente."
            ),
        ),
        Stage.ARRIVED: (Message("arrivato"), "good", Message("È arrivato ed è addebitato.")),
        Stage.CANCELLED: (
            Message("annullato"),
            "bad",
            Message("È annullato: non si ordina e non si addebita niente."),
        ),
    },
}
