"""What a call says, typed: the content that is published, hashed and never changed.

Money is integer cents, marks and weights are exact decimals, instants are UTC. The plain
form (`to_plain`, `from_plain`) is what canonical JSON is made of.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from calls.texts.rules.points import Rounding, RoundingStep
from kit.canonical import decimal_text, instant, instant_text

Operator = Literal[">", ">="]
BudgetRule = Literal["stop", "partial", "skip"]
SheetsOfDismissed = Literal["count", "leave"]

FORMAT = "farelegami.call.2"
# The first format does not say whose sheets count after a dismissal: they did.
FIRST_FORMAT = "farelegami.call.1"

# The fixed sections of a call, in the order in which they are read (bando-tipo). The
# office writes the text of each; titles belong to the page and its languages.
SECTIONS = ("aims", "beneficiaries", "costs", "aid", "documents", "procedure", "appeal", "privacy")

# Keys that may decide between equal totals, besides "criterion:CODE". A call ends with one of
# the last two. Only the lot always decides: two sendings may have arrived in the same
# microsecond, and then what follows parts them (behind every call's keys stands the lot).
TIE_BREAKS = ("requested_low", "sent_first", "lot")
LAST_TIE_BREAKS = ("sent_first", "lot")
OPERATORS: tuple[Operator, ...] = (">=", ">")
BUDGET_RULES: tuple[BudgetRule, ...] = ("stop", "partial", "skip")
SHEETS_OF_DISMISSED: tuple[SheetsOfDismissed, ...] = ("count", "leave")


@dataclass(frozen=True)
class RubricMark:
    """One mark an evaluator may give and the judgement it stands for."""

    mark: Decimal
    text: str


@dataclass(frozen=True)
class Criterion:
    """One line of the grid: marks from the rubric, times the weight.

    `minimum` is compared with the criterion's unweighted result by `operator`; None
    means that the criterion alone excludes nobody.
    """

    code: str
    name: str
    weight: Decimal
    maximum: Decimal
    minimum: Decimal | None
    operator: Operator
    motivation_required: bool
    rubric: tuple[RubricMark, ...]

    @property
    def marks(self) -> tuple[Decimal, ...]:
        """The marks that may be given, from the lowest."""
        return tuple(line.mark for line in self.rubric)

    @property
    def best(self) -> Decimal:
        """The best mark that may be given; the maximum while the rubric has no line."""
        return max(self.marks, default=self.maximum)


@dataclass(frozen=True)
class Declaration:
    """A statement the applicant must confirm, with the article it comes from."""

    code: str
    text: str
    article: str


@dataclass(frozen=True)
class Eligibility:
    """Who may apply: age on a day (from `age_from` done to `age_below` not yet done, DR-9),
    residence or seat in the province, and what has to be declared."""

    age_from: int
    age_below: int
    age_on: date
    in_province: bool
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True)
class CallContent:
    """Everything a published call says. Amounts in cents, intensity in whole percent.

    `sheets_of_dismissed`: whether the sheets of somebody count who is taken off the commission
    after sending them. One whose evaluator has a conflict never counts, whatever a call says.
    """

    title: str
    summary: str
    responsible: str
    contact: str
    opens_at: datetime
    deadline_at: datetime
    budget: int
    cap: int
    intensity_percent: int
    sections: dict[str, str]
    eligibility: Eligibility
    criteria: tuple[Criterion, ...]
    threshold: Decimal | None
    threshold_operator: Operator
    rounding_step: RoundingStep
    rounding_digits: int
    tie_breaks: tuple[str, ...]
    budget_rule: BudgetRule
    sheets_of_dismissed: SheetsOfDismissed = "count"

    @property
    def attainable(self) -> Decimal:
        """The highest total anybody can reach: the best mark everywhere, rounded as the call says.

        It ends: marks and weights have three decimals at most.
        """
        rounding = Rounding(self.rounding_step, self.rounding_digits)
        best = rounding.of_total(
            rounding.of_criterion(one.weight, Fraction(one.best)) for one in self.criteria
        )
        return Decimal(best.numerator) / Decimal(best.denominator)

    def criterion(self, code: str) -> Criterion:
        """Return the criterion of a code; KeyError if the grid has none."""
        return {criterion.code: criterion for criterion in self.criteria}[code]


def to_plain(content: CallContent) -> dict[str, Any]:
    """Turn a content into plain values that canonical JSON can hold."""
    return {"format": FORMAT, **{key: _write(value) for key, value in asdict(content).items()}}


def from_plain(plain: dict[str, Any]) -> CallContent:
    """Read back what `to_plain` wrote. Raises ValueError for another format."""
    if plain.get("format") not in (FORMAT, FIRST_FORMAT):
        raise ValueError(f"not a call: format {plain.get('format')!r}")
    eligibility = plain["eligibility"]
    return CallContent(
        title=plain["title"],
        summary=plain["summary"],
        responsible=plain["responsible"],
        contact=plain["contact"],
        opens_at=instant(plain["opens_at"]),
        deadline_at=instant(plain["deadline_at"]),
        budget=plain["budget"],
        cap=plain["cap"],
        intensity_percent=plain["intensity_percent"],
        sections={key: plain["sections"][key] for key in SECTIONS},
        eligibility=Eligibility(
            age_from=eligibility["age_from"],
            age_below=eligibility["age_below"],
            age_on=date.fromisoformat(eligibility["age_on"]),
            in_province=eligibility["in_province"],
            declarations=tuple(Declaration(**line) for line in eligibility["declarations"]),
        ),
        criteria=tuple(_read_criterion(line) for line in plain["criteria"]),
        threshold=_read_decimal(plain["threshold"]),
        threshold_operator=plain["threshold_operator"],
        rounding_step=plain["rounding_step"],
        rounding_digits=plain["rounding_digits"],
        tie_breaks=tuple(plain["tie_breaks"]),
        budget_rule=plain["budget_rule"],
        sheets_of_dismissed=(
            "count" if plain["format"] == FIRST_FORMAT else plain["sheets_of_dismissed"]
        ),
    )


def _read_criterion(plain: dict[str, Any]) -> Criterion:
    return Criterion(
        code=plain["code"],
        name=plain["name"],
        weight=Decimal(plain["weight"]),
        maximum=Decimal(plain["maximum"]),
        minimum=_read_decimal(plain["minimum"]),
        operator=plain["operator"],
        motivation_required=plain["motivation_required"],
        rubric=tuple(
            RubricMark(mark=Decimal(line["mark"]), text=line["text"]) for line in plain["rubric"]
        ),
    )


def _read_decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _write(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _write(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_write(item) for item in value]
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value
