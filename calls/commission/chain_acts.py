"""Acts of a call's chain on commission, trials and doubles, as everybody reads them."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from kit.errors import Message
from people import proof_words

TRIED = "ranking.tried"
REOPENED = "trial.reopened"
LAPSED = "trial.lapsed"
APPOINTED = "evaluator.appointed"
DISMISSED = "evaluator.dismissed"
RENOUNCED = "evaluator.renounced"
DECIDED = "double.decided"
DECLARED_LATE = "conflict.declared_late"


class ChainAct(NamedTuple):
    """An act of a call's chain: who did it, when, about whom and why (empty where it says none).

    A decision on a double names the application that counts and, where one did, that which
    counted before; `short` has the codes of those that a late appointment was for, `on` that of
    the one a conflict was declared on. `after_trial` says that the office had seen points by then,
    `means` what whoever did it had proved, where that was kept.
    """

    event_id: int
    action: str
    at: datetime
    by_id: int | None
    by: str
    person_id: int | None
    person: str
    reason: str
    kept: str | None
    before: str | None
    after_trial: bool
    short: str | None = None
    on: str | None = None
    means: list[str] | None = None

    def does(self, act: str) -> bool:
        """Whether it is an act of this name."""
        return self.action == f"calls.{act}"

    @property
    def since(self) -> datetime | Message:
        """When it was done, and that points had been seen by then."""
        return Message("{at}, dopo la prova", at=self.at) if self.after_trial else self.at

    @property
    def said(self) -> Message:
        """The act in words, for everybody: without the reason where it has none.

        No article stands before an instant: it begins with its weekday, and Sunday has another.
        """
        act = self.action.removeprefix("calls.")
        told = _SAID[act](self)
        if self.means is None or act in _OF_NOBODY:
            return told
        means = proof_words.in_words(self.means)
        return Message("{told} (Firmato con: {means}.)", told=told, means=means)


def _said_of_decision(act: ChainAct) -> Message:
    when = Message("dopo la prova, {at}", at=act.at) if act.after_trial else act.at
    if act.before:
        return Message(
            "Delle domande con lo stesso codice fiscale conta {kept}, prima contava {before}. "
            "Lo ha deciso {by}, {when}: {reason}",
            kept=act.kept,
            before=act.before,
            by=act.by,
            when=when,
            reason=act.reason,
        )
    return Message(
        "Delle domande con lo stesso codice fiscale conta {kept}. Lo ha deciso {by}, {when}: "
        "{reason}",
        kept=act.kept,
        by=act.by,
        when=when,
        reason=act.reason,
    )


def _said_of_appointment(act: ChainAct) -> Message:
    if not act.short:  # before a trial, or after one when that asked for no reason
        return Message(
            "{person} è nella commissione da {at}, per nomina di {by}.",
            person=act.person,
            at=act.since,
            by=act.by,
        )
    return Message(
        "{person} è nella commissione da {at}, per nomina di {by}, solo per {codes}, che poche "
        "persone potevano valutare: {reason}",
        person=act.person,
        at=act.since,
        by=act.by,
        codes=act.short,
        reason=act.reason,
    )


def _said_of_dismissal(act: ChainAct) -> Message:
    if not act.reason:  # acts from before one was asked for
        return Message(
            "{person} non è più nella commissione da {at}, per atto di {by}.",
            person=act.person,
            at=act.since,
            by=act.by,
        )
    return Message(
        "{person} non è più nella commissione da {at}, per atto di {by}: {reason}",
        person=act.person,
        at=act.since,
        by=act.by,
        reason=act.reason,
    )


# Who declared a conflict is told to the office alone.
_OF_NOBODY = (LAPSED, DECLARED_LATE)
_SAID: dict[str, Callable[[ChainAct], Message]] = {
    REOPENED: lambda act: Message(
        "La prova è stata riaperta {at} da {by}: {reason}", at=act.at, by=act.by, reason=act.reason
    ),
    LAPSED: lambda act: Message(
        "La prova non vale più da {at}: nella commissione è stato dichiarato un conflitto "
        "di interesse.",
        at=act.at,
    ),
    APPOINTED: _said_of_appointment,
    DISMISSED: _said_of_dismissal,
    RENOUNCED: lambda act: Message(
        "{person} ha rinunciato alla commissione {at}.", person=act.person, at=act.since
    ),
    DECLARED_LATE: lambda act: Message(
        "Sulla domanda {code} è stato dichiarato un conflitto di interesse {at}, quando la scheda "
        "era già inviata: quella scheda non conta.",
        code=act.on,
        at=act.since,
    ),
    DECIDED: _said_of_decision,
}
