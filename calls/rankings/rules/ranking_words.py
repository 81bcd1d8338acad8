"""A published ranking in words and Italian figures, for its page and its printed form."""

import json
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from calls.applications.rules import standing
from calls.rankings.rules import ranking
from calls.score_sheets.rules.scoring import number_text
from calls.texts.rules.call_words import TIE_BREAKS
from calls.texts.rules.points import round_half_up
from kit.canonical import instant
from kit.errors import Message
from kit.sentences import comma, counted, euro

# The word of each state and how it stands out (`parts.state`), the same that its author reads.
_WORDS = {
    state: standing.WORDS[standing.ApplicationStage(state)]
    for state in (ranking.FUNDED, ranking.PARTLY_FUNDED, ranking.NOT_FUNDED, ranking.BELOW)
}
STATES = {state: label for state, (label, _, _) in _WORDS.items()}
KINDS = {state: mood for state, (_, mood, _) in _WORDS.items()}


def figure(value: str | Fraction, digits: int = 2) -> str:
    """Write an exact number for people: "3,83"; what does not end is rounded half up."""
    exact = Fraction(value)
    return comma(number_text(round_half_up(exact, digits)))


def digits(formula: Mapping[str, Any]) -> int:
    """How many decimals a ranking shows: two, or as many as the call rounds to."""
    found: int = formula["rounding"]["digits"]
    return max(2, found)


def reading(content: Mapping[str, Any]) -> Message | None:
    """Say that the columns were rounded to be read; None where every figure is the exact one."""
    formula = content["formula"]
    places = digits(formula)
    for row in content["ranking"]:
        exact = [Fraction(one) for one in row["points"].values()]
        read = [round_half_up(one, places) for one in exact]
        if read != exact or sum(read, Fraction(0)) != Fraction(row["total"]):
            return Message(
                "Le colonne dei criteri sono arrotondate per leggerle. Il totale si calcola dai "
                "valori esatti e si arrotonda una volta sola: può non essere la somma delle "
                "colonne."
            )
    return None


def received(row: Mapping[str, Any]) -> str | None:
    """When an application arrived, as its receipt says it in UTC; the first format does not."""
    if "received_at" not in row:
        return None
    return utc(instant(row["received_at"]))


def utc(instant: datetime) -> str:
    """Write an instant in UTC as receipts do: to the microsecond."""
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def reason(formula: Mapping[str, Any], row: Mapping[str, Any]) -> Message | None:
    """Say why a row stands where it stands: what parted a tie, or what was not reached."""
    if row["failed"]:
        names = {c["code"]: c["name"] for c in formula["criteria"]}
        reached = [names[code] for code in row["failed"] if code != "total"]
        if not reached:
            return Message("il totale non basta per la soglia")
        return Message("i punti non bastano in: {criteria}", criteria=", ".join(reached))
    if row["decided_by"] is None:
        return None
    if row["decided_by"] == "sent_first" and "received_at" not in row:  # the first format
        return Message("a parità di punti: {reason}", reason=_BY_PROTOCOL)
    return Message("a parità di punti: {reason}", reason=_tie(formula, row["decided_by"]))


_BY_PROTOCOL = Message("chi ha inviato prima (numero di protocollo)")


def _tie(formula: Mapping[str, Any], key: str) -> Message:
    if key.startswith("criterion:"):
        names = {f"criterion:{c['code']}": c["name"] for c in formula["criteria"]}
        return Message("il punteggio più alto in «{criterion}»", criterion=names[key])
    return TIE_BREAKS["lot" if key == "code" else key]


def excluded(one: Mapping[str, Any]) -> Message:
    """Say why an application is not ranked."""
    if one["reason"]:
        return Message(
            "Stesso codice fiscale della domanda {code}: conta quella. L'ufficio ha deciso così: "
            "{reason}",
            code=one["instead"],
            reason=one["reason"],
        )
    return Message(
        "Stesso codice fiscale della domanda {code}, arrivata dopo: conta quella.",
        code=one["instead"],
    )


def published(content: str) -> Message:
    """Say to who published it what is out; `content` is a ranking's JSON text."""
    if json.loads(content)["ranking"]:
        return Message("La graduatoria è pubblicata.")
    return Message("È pubblicato che il bando è andato deserto.")


def numbers(content: Mapping[str, Any]) -> list[Message]:
    """Say how many applications are in a ranking, how many have no place, how many are excluded.

    Nothing of a ranking without rows. Who is excluded has no row, assessed or not.
    """
    rows = content["ranking"]
    if not rows:
        return []
    said = [
        counted(
            len(rows),
            "{n} domanda in graduatoria, {granted} assegnati su {budget}.",
            "{n} domande in graduatoria, {granted} assegnati su {budget}.",
            granted=euro(content["granted"]),
            budget=euro(content["formula"]["budget"]),
        )
    ]
    if below := sum(row["state"] == ranking.BELOW for row in rows):
        said.append(
            counted(
                below,
                "{n} è sotto la soglia e non ha un posto.",
                "{n} sono sotto la soglia e non hanno un posto.",
            )
        )
    if left_out := len(content.get("excluded", ())):
        said.append(
            counted(
                left_out,
                "{n} altra è esclusa, perché di ogni codice fiscale conta una domanda sola.",
                "{n} altre sono escluse, perché di ogni codice fiscale conta una domanda sola.",
            )
        )
    return said


def sheets(content: Mapping[str, Any]) -> list[Message]:
    """Say whose sheets count, where somebody left or had a conflict, and which rows have fewer.

    A ranking of the first format says nothing of who left.
    """
    said: list[Message] = []
    told = content.get("sheets", {"dismissed": 0, "conflict": 0, "of_dismissed": "count"})
    if told["dismissed"]:
        said.append(_dismissed(told["dismissed"], counts=told["of_dismissed"] == "count"))
    if told["conflict"]:
        said.append(
            Message(
                "Schede inviate da chi ha poi un conflitto di interesse: {count}. Non contano.",
                count=told["conflict"],
            )
        )
    counts = {row["code"]: _sheets_of(row) for row in content["ranking"]}
    most = max(counts.values(), default=0)
    fewer = [code for code, count in counts.items() if count < most]
    if fewer:
        said.append(
            Message(
                "Le domande hanno {most} schede ciascuna; ne hanno meno: {codes}.",
                most=most,
                codes=", ".join(sorted(fewer)),
            )
        )
    return said


def _sheets_of(row: Mapping[str, Any]) -> int:
    return max((len(marks) for marks in row["marks"].values()), default=0)


def _dismissed(count: int, *, counts: bool) -> Message:
    if counts:
        return Message(
            "Schede di chi non è più nella commissione: {count}. Contano, come dice il bando.",
            count=count,
        )
    return Message(
        "Schede di chi non è più nella commissione: {count}. Non contano, come dice il bando.",
        count=count,
    )
