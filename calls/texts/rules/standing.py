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


class CallStage(StrEnum):
    """Where a call stands; each has its own words."""

    DRAFT = "draft"  # nothing of it is published
    AWAITED = "awaited"  # published, its hour of opening has not come
    OPEN = "open"  # who applies writes and sends
    OVER = "over"  # its deadline has passed, the office has not opened what was sent
    EVALUATED = "evaluated"  # what was sent is open for the commission
    EMPTY = "empty"  # opened: nobody applied, and that is not published yet
    RANKED = "ranked"  # its ranking is published
    DESERTED = "deserted"  # it is published that nobody applied


PAST = frozenset(CallStage) - {CallStage.DRAFT, CallStage.AWAITED, CallStage.OPEN}
"""Nothing can be sent any more."""


class CallTimes(Protocol):
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
class Said:
    """A word or two for a label, its mood, and one sentence that stands by itself.

    `stage` is that of what is spoken of: a `CallStage` of a call, or of an application.
    """

    stage: StrEnum
    label: Message
    mood: Mood
    sentence: Message


def stage(call: CallTimes | None, now: datetime) -> CallStage:
    """Name where a call stands at `now`; None is a call of which nothing is published."""
    if call is None:
        return CallStage.DRAFT
    if call.ranked_at is not None:
        return CallStage.RANKED if call.opened else CallStage.DESERTED
    if call.opened is not None:
        return CallStage.EVALUATED if call.opened else CallStage.EMPTY
    if now < call.opens_at:
        return CallStage.AWAITED
    return CallStage.OPEN if in_time(now, call.deadline_at) else CallStage.OVER


def is_past(call: CallTimes, now: datetime) -> bool:
    """Whether nothing can be sent any more."""
    return stage(call, now) in PAST


def of(call: CallTimes | None, now: datetime, reader: Reader) -> Said:
    """Say how a call stands at `now` to one kind of reader."""
    at = stage(call, now)
    return told(at, WORDS[reader][at], instants(call))


def instants(call: CallTimes | None) -> dict[str, Any]:
    """Give the instants of a call by the names sentences give them."""
    if call is None:
        return {}
    return {
        "opens": call.opens_at,
        "deadline": call.deadline_at,
        "opening": opening_at(call.deadline_at),
        "ranked": call.ranked_at,
    }


def told(stage: StrEnum, words: Words, values: Mapping[str, Any]) -> Said:
    """Fill the sentence of a stage with those values that it names."""
    label, mood, sentence = words
    used = {name: value for name, value in values.items() if "{" + name + "}" in sentence.text}
    return Said(stage, label, mood, Message(sentence.text, **used))


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

WORDS: dict[Reader, dict[CallStage, Words]] = {
    "visitor": {
        CallStage.AWAITED: (
            Message("non ancora aperto"),
            "wait",
            Message("Si può fare domanda da {opens} a {deadline}."),
        ),
        CallStage.OPEN: (
            Message("aperto"),
            "good",
            Message("Si può fare domanda fino a {deadline}."),
        ),
        # Whether anybody applied is told by the office, not by the opening.
        CallStage.OVER: (Message("chiuso"), "calm", _NOT_YET_RANKED),
        CallStage.EMPTY: (Message("chiuso"), "calm", _NOT_YET_RANKED),
        CallStage.EVALUATED: (
            Message("in valutazione"),
            "wait",
            Message(
                "Il termine era {deadline}. Le domande sono aperte per la commissione, e la "
                "graduatoria non è ancora pubblicata."
            ),
        ),
        CallStage.RANKED: _RANKED,
        CallStage.DESERTED: _DESERTED,
    },
    "office": {
        CallStage.DRAFT: (
            Message("bozza"),
            "wait",
            Message("Non è pubblicato: la bozza la vede solo l'ufficio."),
        ),
        CallStage.AWAITED: (
            Message("non ancora aperto"),
            "calm",
            Message("È pubblicato. Si può fare domanda da {opens} a {deadline}."),
        ),
        CallStage.OPEN: (
            Message("aperto"),
            "good",
            Message(
                "Si può fare domanda fino a {deadline}. Quelle inviate si possono aprire da "
                "{opening}."
            ),
        ),
        CallStage.OVER: (
            Message("domande da aprire"),
            "bad",
            Message(
                "Il termine era {deadline}. Le domande non sono ancora aperte: si possono aprire "
                "da {opening}."
            ),
        ),
        CallStage.EVALUATED: (
            Message("in valutazione"),
            "wait",
            Message(
                "Le domande sono aperte per la commissione. La graduatoria non è ancora pubblicata."
            ),
        ),
        CallStage.EMPTY: (
            Message("deserto, da chiudere"),
            "bad",
            Message(
                "Non è arrivata nessuna domanda. Il bando si chiude pubblicando che è andato "
                "deserto."
            ),
        ),
        CallStage.RANKED: _RANKED,
        CallStage.DESERTED: _DESERTED,
    },
    "evaluator": {
        CallStage.DRAFT: (
            Message("in attesa"),
            "calm",
            Message("Il bando non è ancora pubblicato."),
        ),
        CallStage.AWAITED: _BEFORE_OPENING,
        CallStage.OPEN: _BEFORE_OPENING,
        CallStage.OVER: (
            Message("in attesa"),
            "calm",
            Message("Il termine era {deadline}. L'ufficio non ha ancora aperto le domande."),
        ),
        CallStage.EVALUATED: (
            Message("in valutazione"),
            "wait",
            Message(
                "Le domande sono aperte: di ognuna si dichiara se si ha un legame, poi si legge "
                "e si valuta."
            ),
        ),
        CallStage.EMPTY: (
            Message("niente da valutare"),
            "calm",
            Message("Non è arrivata nessuna domanda: non c'è niente da valutare."),
        ),
        CallStage.RANKED: (
            Message("conclusa"),
            "calm",
            Message("La graduatoria è pubblicata: la valutazione è chiusa."),
        ),
        CallStage.DESERTED: (Message("conclusa"), "calm", _DESERTED[2]),
    },
}
"""What every page says of a call, in each stage it can be seen in, to each reader."""
