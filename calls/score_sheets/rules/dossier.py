"""A sent application as the commission reads it: chapters of answers and the plan's tables.

What the judgement does not need stays out: tax code, birthday, address and telephone are
in the sealed content and on no page of an evaluator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calls.applications.rules import application_sections as asked
from calls.applications.rules.application_sections import Field, Section
from kit.errors import Message

PRIVATE = frozenset({"tax_code", "address", "phone", "municipality", "birth_day"})


# The form speaks to the applicant; the commission reads about them.
_TITLES = {"proponent": Message("Chi presenta la domanda")}


@dataclass(frozen=True)
class DossierAnswer:
    """One question and what was answered; `text` is a message where it was a choice."""

    label: Message
    text: str | Message
    long: bool


@dataclass(frozen=True)
class Chapter:
    """A page of the application."""

    code: str
    title: Message
    answers: tuple[DossierAnswer, ...]


def chapters(sent: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """The chapters in words; investments, funding and economics come as tables instead."""
    told = (asked.PROPONENT, asked.IDEA, asked.MARKET)
    return tuple(_chapter(section, sent["fields"]) for section in told)


def _chapter(section: Section, fields: Mapping[str, str]) -> Chapter:
    answers = (_answer(field, fields[field.name]) for field in section.fields
               if field.name in fields and field.name not in PRIVATE)  # fmt: skip
    return Chapter(section.code, _TITLES.get(section.code, section.title), tuple(answers))


def _answer(field: Field, typed: str) -> DossierAnswer:
    text: str | Message = dict(field.options).get(typed, typed)
    return DossierAnswer(field.label, text, field.kind == "area")


@dataclass(frozen=True)
class PlanLine:
    """A line of a table of the plan: label and amounts in cents."""

    label: Message
    amounts: tuple[int, ...]
    strong: bool = False


def uses(plan: Mapping[str, Any]) -> list[PlanLine]:
    """What the money is for."""
    names = {field.name: field.label for field in asked.USES}
    lines = [PlanLine(Message("Investimenti"), (plan["uses"]["investments"],))]
    lines += [
        PlanLine(names[code], (amount,))
        for code, amount in plan["uses"].items()
        if code != "investments" and code in names
    ]
    return [*lines, PlanLine(Message("Totale"), (plan["uses_total"],), strong=True)]


def sources(plan: Mapping[str, Any]) -> list[PlanLine]:
    """Where the money comes from."""
    names = {field.name: field.label for field in asked.SOURCES}
    lines = [PlanLine(label, (plan["sources"][code],)) for code, label in names.items()
             if code in plan["sources"]]  # fmt: skip
    return [*lines, PlanLine(Message("Totale"), (plan["sources_total"],), strong=True)]


def economics(plan: Mapping[str, Any]) -> list[PlanLine]:
    """The three years, line by line, with the results between them."""
    years = plan["years"]

    def row(label: Message, *path: str, strong: bool = False) -> PlanLine:
        return PlanLine(label, tuple(_reach(year, path) for year in years), strong)

    return [
        *(row(label, "revenues", code) for code, label in asked.REVENUES),
        row(Message("Totale ricavi"), "revenue", strong=True),
        *(row(label, "costs", code) for code, label in asked.COSTS[:3]),
        row(Message("Margine operativo"), "operating_margin", strong=True),
        *(row(label, "costs", code) for code, label in asked.COSTS[3:4]),
        row(Message("Risultato operativo"), "operating_result", strong=True),
        *(row(label, "costs", code) for code, label in asked.COSTS[4:]),
        row(Message("Utile o perdita"), "result", strong=True),
    ]


def _reach(value: Mapping[str, Any], path: tuple[str, ...]) -> int:
    found: Any = value
    for step in path:
        found = found[step]
    return int(found)


def investments(plan: Mapping[str, Any]) -> list[tuple[str, Message, int]]:
    """What is bought: thing, category, cents."""
    names = dict(asked.CATEGORIES)
    return [
        (line["what"], names.get(line["category"], Message("Altro")), line["amount"])
        for line in plan["investments"]
    ]
