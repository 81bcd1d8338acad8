"""Marks: which are allowed, when a sheet is complete, what it is worth, exactly.

A mark that is missing is None and never 0 (DR-18). Marks are decimals of the
published grid; whatever is computed from them is a fraction until the one last rounding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from calls.texts.rules.call_content import Criterion
from calls.texts.rules.points import reaches
from kit import spelled
from kit.errors import Message, Refused
from kit.sentences import number

Marks = Mapping[str, Decimal | None]


def number_text(value: Fraction) -> str:
    """Write a fraction so that it reads back to itself: "7.5" when it ends, else "23/3"."""
    twos, fives, rest = 0, 0, value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = max(twos, fives)
    scaled = abs(value.numerator) * 10**digits // value.denominator
    sign = "-" if value < 0 else ""
    if digits == 0:
        return f"{sign}{scaled}"
    return f"{sign}{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}"


def check_mark(criterion: Criterion, text: str) -> Decimal | None:
    """Read one mark for a criterion; an empty text takes the mark away (None, not 0).

    Raises Refused when the mark is not one of the published grid.
    """
    typed = text.strip()
    if not typed:
        return None
    for value in spelled.numbers(typed):
        for mark in criterion.marks:
            if mark == value:
                return mark
    allowed = " · ".join(number(mark) for mark in criterion.marks)
    raise Refused(
        "Per «{criterion}» la griglia ammette solo questi punteggi: {allowed}.",
        field=f"mark-{criterion.code}",
        criterion=criterion.name,
        allowed=allowed,
    )


@dataclass(frozen=True)
class Missing:
    """What a sheet still lacks at one criterion."""

    criterion: Criterion
    what: Literal["mark", "motivation"]

    @property
    def message(self) -> Message:
        """The lack in words, for the list beside the send button."""
        if self.what == "mark":
            return Message("{criterion}: manca il punteggio", criterion=self.criterion.name)
        return Message(
            "{criterion}: manca la motivazione",
            criterion=self.criterion.name,
        )


def missing(
    criteria: Sequence[Criterion], marks: Marks, motivations: Mapping[str, str]
) -> list[Missing]:
    """List what keeps a sheet from being sent, in the order of the grid.

    A reason in words is due where the call asks for it, and for a mark that by itself would
    leave the application below the criterion's minimum (L. 241/1990 art. 3); for the others
    the text of the published rubric is the reason.
    """
    lacks: list[Missing] = []
    for criterion in criteria:
        mark = marks.get(criterion.code)
        if mark is None:
            lacks.append(Missing(criterion, "mark"))
        elif needs_motivation(criterion, mark) and not motivations.get(criterion.code, "").strip():
            lacks.append(Missing(criterion, "motivation"))
    return lacks


def needs_motivation(criterion: Criterion, mark: Decimal | None) -> bool:
    """Whether this mark has to be explained: the call says so, or it would exclude."""
    if mark is None:
        return False
    return criterion.motivation_required or not reaches(
        Fraction(mark), criterion.operator, criterion.minimum
    )


def check_complete(
    criteria: Sequence[Criterion], marks: Marks, motivations: Mapping[str, str]
) -> None:
    """Raise Refused unless every criterion has its mark, and its reason where one is due."""
    lacks = missing(criteria, marks, motivations)
    if lacks:
        raise Refused(
            "La scheda non è completa. {first}.",
            field=f"{lacks[0].what}-{lacks[0].criterion.code}",
            first=lacks[0].message,
        )


def score_sheet_total(criteria: Sequence[Criterion], marks: Marks) -> Decimal | None:
    """Weigh the marks given so far, exactly; None when there is none yet.

    This is the running total beside one evaluator's sheet. It decides nothing: the ranking
    starts again from the single marks.
    """
    given = [(c.weight, marks[c.code]) for c in criteria if marks.get(c.code) is not None]
    if not given:
        return None
    return sum((weight * mark for weight, mark in given if mark is not None), Decimal(0))


def maximum_total(criteria: Iterable[Criterion]) -> Decimal:
    """The points of an application that gets the best mark everywhere."""
    return sum((criterion.weight * max(criterion.marks) for criterion in criteria), Decimal(0))


def mean(values: Sequence[Decimal]) -> Fraction:
    """The exact mean of the evaluators' marks on one criterion (DR-19, first step).

    Raises ValueError on an empty list: nobody's mark is not a mark of 0.
    """
    if not values:
        raise ValueError("no marks to aggregate")
    return sum((Fraction(value) for value in values), Fraction(0)) / len(values)
