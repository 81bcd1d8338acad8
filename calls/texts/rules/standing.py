"""How a call stands at an instant, in words for whoever reads: the one place that says it.

Every page and letter that speaks of a call asks here, so that none tells what is not true any
more. A stage follows from what was published, opened and ranked, and from the clock; the words
follow from the stage and from who reads. docs/calls.md shows them all, and
tests/calls/test_standing_everywhere.py walks the pages over every stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from calls.texts.rules.lifecycle import in_time, opening_at
from kit.errors import Message

Reader = Literal["visitor", "office", "evaluator"]
"""Who passes by or applies; who writes and runs the call; who sits on its commission."""

Mood = Literal["good", "wait", "calm", "bad"]
Words = tuple[Message, Mood, Message]


class Stage(StrEnum):
    """Where a call stands; each has its own words."""

    DRAFT = "draft"  # nothing of it is published
    AWAITED = "awaited"  # published, its hour of opening has not come
    OPEN = "open"  # who applies writes and sends
    OVER = "over"  # its deadline has passed, the office has not opened what was sent
    EVALUATED = "evaluated"  # what was sent is open for the commission
    EMPTY = "empty"  # opened: nobody applied, and that is not published yet
    RANKED = "ranked"  # its ranking is published
    DESERTED = "deserted"  # it is published that nobody applied


PAST = (Stage.OVER, Stage.EVALUATED, Stage.EMPTY, Stage.RANKED, Stage.DESERTED)
"""Nothing can be sent any more, in the order in which a list of calls shows them."""


class Times(Protocol):
    """What of a published call decides how it stands; whoever reads a row may read more."""

    @property
    def opens_at(self) -> datetime: ...  # noqa: D102
    @property
    def deadline_at(self) -> datetime: ...  # noqa: D102
    @property
    def opened(self) -> int | None:
        """How many applications the opening brought to light; None before it."""

    @property
    def ranked_at(self) -> datetime | None:
        """When its ranking was published."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A word or two for a label, its mood, and one sentence that stands by itself.

    `stage` is that of what is spoken of: a `Stage` of a call, or of an application.
    """

    stage: StrEnum
    label: Message
    mood: Mood
    sentence: Message


def stage(call: Times | None, now: datetime) -> Stage:
    """Name where a call stands at `now`; None is a call of which nothing is published."""
    if call is None:
        return Stage.DRAFT
    if call.ranked_at is not None:
        return Stage.RANKED if call.opened else Stage.DESERTED
    if call.opened is not None:
        return Stage.EVALUATED if call.opened else Stage.EMPTY
    if now < call.opens_at:
        return Stage.AWAITED
    return Stage.OPEN if in_time(now, call.deadline_at) else Stage.OVER


def is_past(call: Times, now: datetime) -> bool:
    """Whether nothing can be sent any more."""
    return stage(call, now) in PAST


def of(call: Times | None, now: datetime, reader: Reader) -> Standing:
    """Say how a call stands at `now` to one kind of reader."""
    at = stage(call, now)
    return told(at, WORDS[reader][at], instants(call))


def instants(call: Times | None) -> dict[str, Any]:
    """Give the instants of a call by the names sentences give them."""
    if call is None:
        return {}
    return {
        "opens": call.opens_at,
        "deadline": call.deadline_at,
        "opening": opening_at(call.deadline_at),
        "ranked": call.ranked_at,
    }


def told(stage: StrEnum, words: Words, values: Mapping[str, Any]) -> Standing:
    """Fill the sentence of a stage with those values that it names."""
    label, mood, sentence = words
    used = {name: value for name, value in values.items() if "{" + name + "}" in sentence.text}
    return Standing(stage, label, mood, Message(sentence.text, **used))


_NOT_YET_RANKED = Message("Il termine era {deadline}. La graduatoria non è ancora pubblicata.")
_RANKED: Words = (
    Message("graduatoria pubblicata"),
    "calm",
    Message("La graduatoria è pubblicata: {ranked}."),
)
_DESERTED: Words = (
    Message("deserto"),
    "calm",
    Message("Non è arrivata nessuna domanda: il bando è andato deserto."),
)
_BEFORE_OPENING: Words = (
    Message("in attesa"),
    "calm",
    Message("Le domande si aprono dopo il termine, {deadline}: prima nessuna pagina le mostra."),
)

WORDS: dict[Reader, dict[Stage, Words]] = {
    "visitor": {
        Stage.AWAITED: (
            Message("non ancora aperto"),
            "wait",
            Message("Si può fare domanda da {opens} a {deadline}."),
        ),
        Stage.OPEN: (
            Message("aperto"),
            "good",
            Message("Si può fare domanda fino a {deadline}."),
        ),
        # Whether anybody applied is told by the office, not by the opening.
        Stage.OVER: (Message("chiuso"), "calm", _NOT_YET_RANKED),
        Stage.EMPTY: (Message("chiuso"), "calm", _NOT_YET_RANKED),
        Stage.EVALUATED: (
            Message("in valutazione"),
            "wait",
            Message(
                "Il termine era {deadline}. Le domande sono aperte per la commissione, e la "
                "graduatoria non è ancora pubblicata."
            ),
        ),
        Stage.RANKED: _RANKED,
        Stage.DESERTED: _DESERTED,
    },
    "office": {
        Stage.DRAFT: (
            Message("bozza"),
            "wait",
            Message("Non è pubblicato: la bozza la vede solo l'ufficio."),
        ),
        Stage.AWAITED: (
            Message("non ancora aperto"),
            "calm",
            Message("È pubblicato. Si può fare domanda da {opens} a {deadline}."),
        ),
        Stage.OPEN: (
            Message("aperto"),
            "good",
            Message(
                "Si può fare domanda fino a {deadline}. Quelle inviate si possono aprire da "
                "{opening}."
            ),
        ),
        Stage.OVER: (
            Message("domande da aprire"),
            "bad",
            Message(
                "Il termine era {deadline}. Le domande non sono ancora aperte: si possono aprire "
                "da {opening}."
            ),
        ),
        Stage.EVALUATED: (
            Message("in valutazione"),
            "wait",
            Message(
                "Le domande sono aperte per la commissione. La graduatoria non è ancora pubblicata."
            ),
        ),
        Stage.EMPTY: (
            Message("deserto, da chiudere"),
            "bad",
            Message(
                "Non è arrivata nessuna domanda. Il bando si chiude pubblicando che è andato "
                "deserto."
            ),
        ),
        Stage.RANKED: _RANKED,
        Stage.DESERTED: _DESERTED,
    },
    "evaluator": {
        Stage.DRAFT: (
            Message("in attesa"),
            "calm",
            Message("Il bando non è ancora pubblicato."),
        ),
        Stage.AWAITED: _BEFORE_OPENING,
        Stage.OPEN: _BEFORE_OPENING,
        Stage.OVER: (
            Message("in attesa"),
            "calm",
            Message("Il termine era {deadline}. L'ufficio non ha ancora aperto le domande."),
        ),
        Stage.EVALUATED: (
            Message("in valutazione"),
            "wait",
            Message(
                "Le domande sono aperte: di ognuna si dichiara se si ha un legame, poi si legge "
                "e si valuta."
            ),
        ),
        Stage.EMPTY: (
            Message("niente da valutare"),
            "calm",
            Message("Non è arrivata nessuna domanda: non c'è niente da valutare."),
        ),
        Stage.RANKED: (
            Message("conclusa"),
            "calm",
            Message("La graduatoria è pubblicata: la valutazione è chiusa."),
        ),
        Stage.DESERTED: (Message("conclusa"), "calm", _DESERTED[2]),
    },
}
"""What every page says of a call, in each stage it can be seen in, to each reader."""
