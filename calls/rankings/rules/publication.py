"""What a call still lacks before its ranking may be published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calls.commission.rules.lifecycle import FEWEST_SHEETS
from kit.errors import Message, Refused
from kit.sentences import counted, listing


@dataclass(frozen=True)
class Owed:
    """Opened applications (None while sealed), sheets still due, applications short of sheets.

    `sheets` are those that members of the commission owe. `ties` are conflicts of the commission
    that were found and are not recorded yet; of so many `doubles` the office has to say which
    application counts. `judges` are the people who can judge, of each application that they are
    too few for.
    """

    applications: int | None
    sheets: int
    lacking: int
    ties: int = 0
    doubles: int = 0
    judges: Sequence[int] = ()

    @property
    def missing(self) -> int:
        """How many sheets are still to come, also those that nobody of the commission can send."""
        return self.sheets + sum(FEWEST_SHEETS - count for count in self.judges)

    @property
    def appointed(self) -> int:
        """How many people at least have to come to the commission."""
        return FEWEST_SHEETS - min(self.judges, default=FEWEST_SHEETS)

    @property
    def complete(self) -> bool:
        """Whether the ranking can be computed."""
        waits = self.sheets or self.lacking or self.ties or self.doubles
        return self.applications is not None and not waits

    @property
    def deserted(self) -> bool:
        """Whether the call is open and nobody applied: it ends without a ranking of anybody."""
        return self.applications == 0


def owed(
    applications: int | None,
    due_and_sent: Sequence[tuple[int, int]],
    lacking: int,
    ties: int = 0,
    doubles: int = 0,
    *,
    judges: Sequence[int] = (),
) -> Owed:
    """Add up what the members of the commission still owe (due and sent of each).

    Where nobody applied nothing is owed.
    """
    if applications == 0:
        return Owed(0, 0, 0)
    sheets = sum(due - sent for due, sent in due_and_sent)
    return Owed(applications, sheets, lacking, ties, doubles, judges)


class Awaited(NamedTuple):
    """Something a ranking waits for, in words, and the part of the desk where it is done."""

    what: Message
    where: str


def waiting(owed: Owed) -> list[Awaited]:
    """Name all that a ranking waits for, in the order in which it is done; empty when complete."""
    if owed.applications is None:
        return [Awaited(Message("le domande non sono ancora aperte"), "opening")]
    found = []
    if owed.ties:
        found.append(
            Awaited(
                counted(
                    owed.ties,
                    "c'è {n} conflitto di interesse trovato e non registrato",
                    "ci sono {n} conflitti di interesse trovati e non registrati",
                ),
                "conflicts",
            )
        )
    if owed.doubles:
        found.append(
            Awaited(
                counted(
                    owed.doubles,
                    "per {n} codice fiscale devi decidere quale domanda conta",
                    "per {n} codici fiscali devi decidere quale domanda conta",
                ),
                "doubles",
            )
        )
    if owed.sheets:
        found.append(
            Awaited(
                counted(
                    owed.sheets,
                    "manca {n} scheda dei commissari",
                    "mancano {n} schede dei commissari",
                ),
                "sheets",
            )
        )
    if owed.judges:
        found.append(Awaited(_too_few(owed), "commission"))
    return found


def _too_few(owed: Owed) -> Message:
    more = counted(
        owed.appointed,
        "serve almeno un'altra persona nella commissione",
        "servono almeno altre {n} persone nella commissione",
    )
    return counted(
        len(owed.judges),
        "{n} domanda ha meno di {fewest} persone che la possono valutare: {more}",
        "{n} domande hanno meno di {fewest} persone che le possono valutare: {more}",
        fewest=FEWEST_SHEETS,
        more=more,
    )


def not_yet(owed: Owed) -> Message:
    """Say in one sentence all that a ranking waits for; it is not complete."""
    what = listing([one.what for one in waiting(owed)])
    if owed.applications is None:  # nobody knows yet whether there will be a ranking
        return Message("Non c'è ancora niente da provare o da pubblicare: {what}.", what=what)
    return Message("La graduatoria non si può ancora provare: {what}.", what=what)


def check_may_try(owed: Owed, *, ranked: bool, tried: bool) -> None:
    """Raise Refused where nothing is to be tried, and while a trial is in force."""
    check_may_publish(owed, ranked=ranked)
    if owed.deserted:
        raise Refused("A questo bando non è arrivata nessuna domanda: non c'è niente da provare.")
    if tried:
        raise Refused("La graduatoria è già stata provata.")


def check_tried(owed: Owed, *, tried: bool, lapsed: bool = False) -> None:
    """Raise Refused where a ranking is to be published that nobody could look at before.

    `lapsed` says that somebody could, until a conflict was declared.
    """
    if not tried and lapsed:
        raise Refused(
            "La prova che avevi visto non vale più: nella commissione è stato dichiarato un "
            "conflitto di interesse. Prova di nuovo la graduatoria, poi la pubblichi."
        )
    if not tried and not owed.deserted:
        raise Refused("Prima prova la graduatoria: poi la pubblichi come l'hai vista.")


def check_may_publish(owed: Owed, *, ranked: bool) -> None:
    """Raise Refused while envelopes are sealed or sheets are missing, and the second time."""
    if ranked:
        if owed.deserted:
            raise Refused("È già pubblicato che il bando è andato deserto.")
        raise Refused("La graduatoria è già pubblicata.")
    if owed.applications is None:
        raise Refused("Prima si aprono le domande.")
    if owed.ties:
        raise Refused(
            "Prima registra i conflitti trovati: chi ha un legame con una domanda non la valuta."
        )
    if owed.doubles:
        raise Refused(
            "Prima decidi quale conta delle domande con lo stesso codice fiscale, inviate da "
            "account diversi."
        )
    if not owed.complete:
        message = counted(
            owed.missing,
            "Manca ancora {n} scheda: la graduatoria si pubblica quando ci sono tutte, "
            "almeno {fewest} per domanda.",
            "Mancano ancora {n} schede: la graduatoria si pubblica quando ci sono tutte, "
            "almeno {fewest} per domanda.",
            fewest=FEWEST_SHEETS,
        )
        raise Refused(message)
