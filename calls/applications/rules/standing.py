"""How somebody's own application stands at an instant, in words: the one place that says it.

An application belongs to who wrote it, and nobody else is told how it stands: the office and
the commission are told of the call (`calls/texts/rules/standing.py`), everybody reads the
ranking. Home, lists, pages, receipt and letters of an application ask here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from calls.applications.rules import lifecycle
from calls.texts.rules import standing as of_calls
from calls.texts.rules.lifecycle import in_time
from calls.texts.rules.standing import CallTimes, Said, Words
from kit.errors import Message
from kit.sentences import euro


class ApplicationStage(StrEnum):
    """Where an application stands; the last five are named as rankings name them."""

    DRAFT = "draft"  # may still be sent
    BARRED = "barred"  # its author works in the office of the call: it may not be sent
    LATE = "late"  # not sent, and the deadline has passed
    SENT = "sent"  # sent, the deadline has not passed
    WAITING = "waiting"  # sent, the deadline has passed, the office has not opened it
    EVALUATED = "evaluated"  # open for the commission
    FUNDED = "funded"
    PARTLY_FUNDED = "partly_funded"
    NOT_FUNDED = "eligible_not_funded"
    BELOW = "below_threshold"
    EXCLUDED = "excluded"  # another one of the same tax code counts


RANKED = frozenset(
    {
        ApplicationStage.FUNDED,
        ApplicationStage.PARTLY_FUNDED,
        ApplicationStage.NOT_FUNDED,
        ApplicationStage.BELOW,
        ApplicationStage.EXCLUDED,
    }
)
"""A published ranking says what became of it."""


@dataclass(frozen=True, slots=True)
class RankedOutcome:
    """What a published ranking says of one application; `granted` is in cents.

    `state` is that of its row, or "excluded"; who did not pass has no `position`.
    """

    state: str
    position: int | None = None
    granted: int = 0


class Own(Protocol):
    """What of an application decides how it stands; whoever reads a row may read more."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def submitted_at(self) -> datetime | None: ...  # noqa: D102


def stage(
    own: Own,
    call: CallTimes,
    now: datetime,
    outcome: RankedOutcome | None = None,
    *,
    barred: bool = False,
) -> ApplicationStage:
    """Name where an application to a call stands at `now`.

    `outcome` is what the published ranking says of it. Raises ValueError where there is a
    ranking that does not name what was sent: it names everything.
    """
    over = of_calls.is_past(call, now)
    if not lifecycle.is_sent(own.state):
        if over:
            return ApplicationStage.LATE
        return ApplicationStage.BARRED if barred else ApplicationStage.DRAFT
    if call.ranked_at is not None:
        if outcome is None:
            raise ValueError("a published ranking does not name an application that was sent")
        return ApplicationStage(outcome.state)
    if call.opened:
        return ApplicationStage.EVALUATED
    return ApplicationStage.WAITING if over else ApplicationStage.SENT


def of(
    own: Own,
    call: CallTimes,
    now: datetime,
    outcome: RankedOutcome | None = None,
    *,
    barred: bool = False,
    came_late: datetime | None = None,
) -> Said:
    """Say how an application stands at `now` to who wrote it.

    `came_late` is when its first sending came that was refused: for coming after the deadline,
    or, within it, for coming from a session that had ended.
    """
    at = stage(own, call, now, outcome, barred=barred)
    values = {**of_calls.instants(call), "sent": own.submitted_at}
    if at is ApplicationStage.LATE and came_late is not None:
        came = came_late.replace(microsecond=0)  # to the second, which decided
        words = SIGNED_OUT if in_time(came, call.deadline_at) else CAME_LATE
        return of_calls.told(at, words, values | {"came": came})
    if outcome is not None:
        values |= {"position": outcome.position, "granted": euro(outcome.granted)}
    return of_calls.told(at, WORDS[at], values)


CAME_LATE: Words = (
    Message("non inviata"),
    "calm",
    Message(
        "Il tuo invio è arrivato {came}, dopo il termine: {deadline}. La domanda non è stata "
        "inviata, e la bozza si può solo rileggere."
    ),
)
"""What is said of an application whose sending came too late."""

SIGNED_OUT: Words = (
    Message("non inviata"),
    "calm",
    Message(
        "Hai premuto «Invia la domanda» {came}, entro il termine ({deadline}), ma non eri più "
        "dentro: la domanda non è stata inviata, e la bozza si può solo rileggere. Resta agli "
        "atti che hai premuto in tempo: per chiedere che cosa si può fare scrivi all'ufficio."
    ),
)
"""What is said of one whose author pressed in time, from a session that had ended."""

WORDS: dict[ApplicationStage, Words] = {
    ApplicationStage.DRAFT: (Message("da inviare"), "wait", Message("Si invia fino a {deadline}.")),
    ApplicationStage.BARRED: (
        Message("non si può inviare"),
        "bad",
        Message("Lavori nell'ufficio di questo bando: la domanda non si può inviare."),
    ),
    ApplicationStage.LATE: (
        Message("non inviata"),
        "calm",
        Message(
            "Il termine era {deadline}: la domanda non è stata inviata, e la bozza si può solo "
            "rileggere."
        ),
    ),
    ApplicationStage.SENT: (
        Message("inviata"),
        "good",
        Message(
            "È arrivata {sent}, in tempo. Nessuna pagina la mostra all'ufficio o alla commissione "
            "prima dell'apertura, che si fa dopo il termine: {deadline}."
        ),
    ),
    ApplicationStage.WAITING: (
        Message("inviata"),
        "good",
        Message(
            "È arrivata {sent}, in tempo. Il termine è passato e l'ufficio non ha ancora aperto "
            "le domande."
        ),
    ),
    ApplicationStage.EVALUATED: (
        Message("in valutazione"),
        "wait",
        Message(
            "È arrivata {sent}, in tempo. È aperta per la commissione; la graduatoria non è "
            "ancora pubblicata."
        ),
    ),
    ApplicationStage.FUNDED: (
        Message("finanziata"),
        "good",
        Message(
            "La graduatoria è pubblicata: la tua domanda è al posto {position}, con {granted}."
        ),
    ),
    ApplicationStage.PARTLY_FUNDED: (
        Message("finanziata in parte"),
        "wait",
        Message(
            "La graduatoria è pubblicata: la tua domanda è al posto {position} e riceve quello "
            "che restava, {granted}."
        ),
    ),
    ApplicationStage.NOT_FUNDED: (
        Message("idonea, non finanziata"),
        "calm",
        Message(
            "La graduatoria è pubblicata: la tua domanda è al posto {position}. Ha raggiunto i "
            "punti che servono, ma le risorse non sono bastate."
        ),
    ),
    ApplicationStage.BELOW: (
        Message("sotto la soglia"),
        "bad",
        Message(
            "La graduatoria è pubblicata: la tua domanda non ha avuto i punti che servono, "
            "e non ha un posto."
        ),
    ),
    ApplicationStage.EXCLUDED: (
        Message("esclusa"),
        "bad",
        Message(
            "La graduatoria è pubblicata: la tua domanda è esclusa, perché conta un'altra domanda "
            "con lo stesso codice fiscale."
        ),
    ),
}
"""What every page says of an application, in each stage, to who wrote it."""
