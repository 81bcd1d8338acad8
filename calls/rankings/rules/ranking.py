"""The published formula: from single marks to positions, states and euro.

Pure and exact: the same marks in any order give the same bytes. The steps and their order
are those of docs/rules/ranking.md; everything they need is in the bundle that is published,
so that anybody can repeat them (DR-19, DR-20, DR-25, DR-28).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from calls.envelopes.rules.lots import lot
from calls.score_sheets.rules.scoring import mean
from calls.texts.rules.call_content import BUDGET_RULES, CallContent, Criterion
from calls.texts.rules.points import Rounding, reaches

RULE = "farelegami.ranking.2"
# Published rankings of this rule stay as they are: ties went by protocol number.
FIRST_RULE = "farelegami.ranking.1"

FUNDED = "funded"
PARTLY_FUNDED = "partly_funded"
NOT_FUNDED = "eligible_not_funded"
BELOW = "below_threshold"


@dataclass(frozen=True)
class Formula:
    """What the published version of a call says about points and money (cents)."""

    criteria: tuple[Criterion, ...]
    threshold: Decimal | None = None
    threshold_operator: str = ">="
    rounding_step: str = "criterion"
    rounding_digits: int = 2
    tie_breaks: tuple[str, ...] = ("sent_first",)
    budget: int = 0
    budget_rule: str = "stop"

    @classmethod
    def of(cls, content: CallContent) -> "Formula":
        """Take the formula out of a published content."""
        return cls(
            criteria=content.criteria,
            threshold=content.threshold,
            threshold_operator=content.threshold_operator,
            rounding_step=content.rounding_step,
            rounding_digits=content.rounding_digits,
            tie_breaks=content.tie_breaks,
            budget=content.budget,
            budget_rule=content.budget_rule,
        )


@dataclass(frozen=True)
class Candidate:
    """One application as the ranking sees it: no name of a person, only what decides.

    `protocol` is year and number given at sending. `received_at` is the instant at which it
    arrived, which alone says who sent first: numbers are given while senders pass one after
    the other, so two of them may not stand in the order of the instants. `requested` is in
    cents. `sheets` are the complete sent sheets, one mapping from criterion code to mark each.
    """

    code: str
    protocol: tuple[int, int]
    received_at: datetime
    requested: int
    sheets: tuple[Mapping[str, Decimal], ...]


@dataclass(frozen=True)
class RankedCandidate:
    """The result for one application; `failed` names the criteria (or "total") not reached."""

    entry: Candidate
    means: Mapping[str, Fraction]
    points: Mapping[str, Fraction]
    total: Fraction
    failed: tuple[str, ...]
    lot: str
    position: int | None = None
    decided_by: str | None = None
    state: str = BELOW
    granted: int = 0


def rank(formula: Formula, entries: Sequence[Candidate], seed: str) -> list[RankedCandidate]:
    """Rank the applications: first those that pass in order, then the others by code.

    Raises ValueError when two applications share a code, or when one has no sheet or an
    incomplete one: the ranking never invents a mark.
    """
    if len({entry.code for entry in entries}) != len(entries):
        raise ValueError("two applications share a code")
    rows = [_score(formula, entry, seed) for entry in entries]
    passed = [row for row in rows if not row.failed]
    failed = sorted((row for row in rows if row.failed), key=lambda row: row.entry.code)
    return _fund(formula, _place(formula, passed)) + failed


def _score(formula: Formula, entry: Candidate, seed: str) -> RankedCandidate:
    """Aggregate, weigh, round, add up, compare with the thresholds: in this order."""
    means: dict[str, Fraction] = {}
    points: dict[str, Fraction] = {}
    failed: list[str] = []
    rounding = Rounding(formula.rounding_step, formula.rounding_digits)
    for criterion in formula.criteria:
        marks = [sheet[criterion.code] for sheet in entry.sheets if criterion.code in sheet]
        if len(marks) != len(entry.sheets):
            raise ValueError(f"{entry.code}: a sheet has no mark on {criterion.code}")
        value = mean(marks)
        means[criterion.code] = value
        points[criterion.code] = rounding.of_criterion(criterion.weight, value)
        if not reaches(value, criterion.operator, criterion.minimum):
            failed.append(criterion.code)
    total = rounding.of_total(points.values())
    if not reaches(total, formula.threshold_operator, formula.threshold):
        failed.append("total")
    return RankedCandidate(entry, means, points, total, tuple(failed), lot(seed, entry.code))


def _key(formula: Formula, row: RankedCandidate) -> tuple[Any, ...]:
    """The sort key: total, the declared keys, then lot and code, so that no two are equal."""
    keys: list[Any] = [_tie_key(name, row) for name in formula.tie_breaks]
    return (-row.total, *keys, row.lot, row.entry.code)


def _tie_key(name: str, row: RankedCandidate) -> Any:
    if name.startswith("criterion:"):
        return -row.means[name.removeprefix("criterion:")]
    if name == "requested_low":
        return row.entry.requested
    if name == "sent_first":
        return row.entry.received_at
    if name == "lot":
        return row.lot
    raise ValueError(f"unknown tie-break {name!r}")


def _place(formula: Formula, passed: Sequence[RankedCandidate]) -> list[RankedCandidate]:
    """Sort, number, and say which key parted a row from the equal one above it."""
    ordered = sorted(((_key(formula, row), row) for row in passed), key=lambda pair: pair[0])
    names = [*formula.tie_breaks, "lot", "code"]
    placed: list[RankedCandidate] = []
    for index, (key, row) in enumerate(ordered):
        decided_by = None
        if index and placed[-1].total == row.total:
            above = ordered[index - 1][0]
            pairs = zip(names, above[1:], key[1:], strict=True)
            decided_by = next(name for name, theirs, ours in pairs if theirs != ours)
        placed.append(replace(row, position=index + 1, decided_by=decided_by))
    return placed


def _fund(formula: Formula, placed: Sequence[RankedCandidate]) -> list[RankedCandidate]:
    """Walk down the ranking while there is money; the first that does not fit obeys the rule.

    stop: nobody after it is funded; partial: it is offered what is left, nobody after it
    gets any; skip: it gets nothing and the walk goes on to the next that fits (DR-25).
    """
    if formula.budget_rule not in BUDGET_RULES:
        raise ValueError(f"unknown budget rule {formula.budget_rule!r}")
    left, walking, rows = formula.budget, True, []
    for row in placed:
        need = row.entry.requested
        if walking and need <= left:
            left -= need
            rows.append(replace(row, state=FUNDED, granted=need))
        elif walking and formula.budget_rule == "partial" and left > 0:
            rows.append(replace(row, state=PARTLY_FUNDED, granted=left))
            left, walking = 0, False
        else:
            walking = walking and formula.budget_rule == "skip"
            rows.append(replace(row, state=NOT_FUNDED))
    return rows
