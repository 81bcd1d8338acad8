"""A published ranking in words and Italian figures, for its page and its printed form."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from calls.rankings.rules import ranking
from calls.score_sheets.rules.scoring import number_text, round_half_up
from calls.texts.rules.call_words import TIE_BREAKS
from kit.canonical import instant
from kit.errors import Message
from kit.sentences import comma

STATES = {
    ranking.FUNDED: Message("Finanziata"),
    ranking.PARTLY_FUNDED: Message("Finanziata in parte"),
    ranking.NOT_FUNDED: Message("Idonea, non finanziata"),
    ranking.BELOW: Message("Sotto la soglia"),
}

# How each state stands out besides its word (`parts.state`).
KINDS = {
    ranking.FUNDED: "good",
    ranking.PARTLY_FUNDED: "wait",
    ranking.NOT_FUNDED: "calm",
    ranking.BELOW: "bad",
}


def figure(value: str | Fraction, digits: int = 2) -> str:
    """Write an exact number for people: "3,83"; what does not end is rounded half up."""
    exact = Fraction(value)
    return comma(number_text(round_half_up(exact, digits)))


def received(row: Mapping[str, Any]) -> str | None:
    """When an application arrived, as its receipt says it in UTC; the first format does not."""
    if "received_at" not in row:
        return None
    return instant(row["received_at"]).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def reason(formula: Mapping[str, Any], row: Mapping[str, Any]) -> Message | None:
    """Say why a row stands where it stands: what parted a tie, or what was not reached."""
    if row["failed"]:
        names = {c["code"]: c["name"] for c in formula["criteria"]}
        reached = [names[code] for code in row["failed"] if code != "total"]
        if not reached:
            return Message("il totale non raggiunge la soglia")
        return Message("non raggiunge la soglia in: {criteria}", criteria=", ".join(reached))
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
