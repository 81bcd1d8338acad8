"""From what the office typed to the content of a call, saying everything that is wrong.

A draft keeps typed texts by field name and never refuses to be saved; only publishing
reads it. Rows of the form are fixed in number: an empty row is no row.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import cast

from calls.texts.rules import lifecycle
from calls.texts.rules.call_content import (
    BUDGET_RULES,
    LAST_TIE_BREAKS,
    OPERATORS,
    SECTIONS,
    SHEETS_OF_DISMISSED,
    TIE_BREAKS,
    BudgetRule,
    CallContent,
    Criterion,
    Declaration,
    Eligibility,
    Operator,
    RubricMark,
    SheetsOfDismissed,
)
from calls.texts.rules.points import ROUNDING_STEPS, RoundingStep, reaches
from kit import spelled
from kit.errors import Message, Refused
from kit.rome import check_minute
from kit.sentences import euro, number
from kit.typed import Reader

DECLARATION_ROWS, CRITERION_ROWS, TIE_BREAK_ROWS = 6, 8, 4
CRITERION_CODES = "ABCDEFGH"
LONGEST_SECTION = 20_000

# No call, criterion or mark needs more: above it a number is a slip of the keyboard.
LARGEST_AMOUNT = 1_000_000_000
LARGEST_NUMBER = Decimal(9999)


def read(values: Mapping[str, str]) -> CallContent:
    """Read a whole call; raises Invalid naming every field that is missing or wrong."""
    reader = Reader(values)
    criteria = _criteria(reader)
    opens_at, deadline_at = _instants(reader)
    budget = reader.euro("budget", minimum=1, maximum=LARGEST_AMOUNT) or 0
    cap = reader.euro("cap", minimum=1, maximum=LARGEST_AMOUNT) or 0
    _check_money(reader, budget, cap)
    content = CallContent(
        title=reader.text("title"),
        summary=reader.text("summary", max_length=1000, multiline=True),
        responsible=reader.text("responsible"),
        contact=reader.text("contact"),
        opens_at=opens_at,
        deadline_at=deadline_at,
        budget=budget,
        cap=cap,
        intensity_percent=_whole(reader, "intensity_percent", 1, 100),
        sections={
            code: reader.text(f"section-{code}", max_length=LONGEST_SECTION, multiline=True)
            for code in SECTIONS
        },
        eligibility=_eligibility(reader),
        criteria=criteria,
        threshold=reader.decimal("threshold", maximum=LARGEST_NUMBER, required=False),
        threshold_operator=cast("Operator", reader.choice("threshold_operator", OPERATORS)),
        rounding_step=cast("RoundingStep", reader.choice("rounding_step", ROUNDING_STEPS)),
        rounding_digits=_whole(reader, "rounding_digits", 0, 4),
        tie_breaks=_tie_breaks(reader, criteria),
        budget_rule=cast("BudgetRule", reader.choice("budget_rule", BUDGET_RULES)),
        sheets_of_dismissed=_sheets_of_dismissed(reader),
    )
    _check_threshold(reader, content)
    reader.check()
    return content


def names() -> tuple[str, ...]:
    """Every field of the form of a call."""
    plain = (
        *("title", "summary", "responsible", "contact", "opens_at", "deadline_at"),
        *("budget", "cap", "intensity_percent", "age_from", "age_below", "age_on", "in_province"),
        *("threshold", "threshold_operator", "rounding_step", "rounding_digits", "budget_rule"),
        "sheets_of_dismissed",
    )
    parts = ("name", "weight", "maximum", "minimum", "operator", "motivation", "rubric")
    return (
        *plain,
        *(f"section-{code}" for code in SECTIONS),
        *(
            f"declaration-{row}-{part}"
            for row in range(1, DECLARATION_ROWS + 1)
            for part in ("text", "article")
        ),
        *(f"criterion-{row}-{part}" for row in range(1, CRITERION_ROWS + 1) for part in parts),
        *(f"tie_break-{row}" for row in range(1, TIE_BREAK_ROWS + 1)),
    )


def flags() -> frozenset[str]:
    """The fields that are boxes: without a tick a browser sends nothing."""
    return frozenset(
        {"in_province", *(f"criterion-{row}-motivation" for row in range(1, CRITERION_ROWS + 1))}
    )


def shown(values: Mapping[str, str]) -> dict[str, str]:
    """Give what each field of the form shows of a draft; a date as browsers write it."""
    found = {name: values.get(name, "") for name in names()}
    found["sheets_of_dismissed"] = found["sheets_of_dismissed"] or "count"
    for name in ("opens_at", "deadline_at"):
        if (local := spelled.local(found[name])) is not None:
            found[name] = local.isoformat(timespec="seconds" if local.second else "minutes")
    if (day := spelled.day(found["age_on"])) is not None:
        found["age_on"] = day.isoformat()
    return found


def deadline(values: Mapping[str, str]) -> datetime | str:
    """Give the deadline a draft says: as an instant in UTC, or as it is typed where it is none."""
    reader = Reader(values)
    return reader.instant("deadline_at", required=False) or reader.raw("deadline_at")


def seconds(values: Mapping[str, str]) -> dict[str, Message]:
    """Say which of its two instants is no whole minute, by field, whatever else is wrong."""
    reader, found = Reader(values), Reader()
    for name in ("opens_at", "deadline_at"):
        try:
            if instant := reader.instant(name, required=False):
                check_minute(instant)
        except Refused as refused:
            found.take(refused, name)
    return found.errors


def _instants(reader: Reader) -> tuple[datetime, datetime]:
    opens_at, deadline_at = reader.instant("opens_at"), reader.instant("deadline_at")
    if opens_at and deadline_at and (wrong := lifecycle.wrong_span(opens_at, deadline_at)):
        reader.add_error("deadline_at", wrong)
    never = datetime.min.replace(tzinfo=UTC)
    return opens_at or never, deadline_at or never


def _sheets_of_dismissed(reader: Reader) -> SheetsOfDismissed:
    """Read whose sheets count; a draft begun before this was asked says nothing of it."""
    if not reader.raw("sheets_of_dismissed"):
        return "count"
    chosen = reader.choice("sheets_of_dismissed", SHEETS_OF_DISMISSED)
    return cast("SheetsOfDismissed", chosen)


def _whole(reader: Reader, name: str, lowest: int, highest: int) -> int:
    return reader.integer(name, minimum=lowest, maximum=highest) or lowest


def _check_money(reader: Reader, budget: int, cap: int) -> None:
    if budget and cap > budget:  # one that could not be read has its own error
        reader.add_error(
            "cap",
            Message("Il contributo massimo supera la dotazione ({budget}).", budget=euro(budget)),
        )


def _eligibility(reader: Reader) -> Eligibility:
    age_from = _whole(reader, "age_from", 0, 120)
    age_below = _whole(reader, "age_below", 1, 121)
    if age_from >= age_below:
        reader.add_error("age_below", Message("Deve essere maggiore dell'età minima."))
    return Eligibility(
        age_from=age_from,
        age_below=age_below,
        age_on=reader.day("age_on") or date.min,
        in_province=reader.flag("in_province"),
        declarations=tuple(
            Declaration(
                code=f"D{row}",
                text=reader.text(f"declaration-{row}-text", max_length=1000, multiline=True),
                article=reader.text(f"declaration-{row}-article", required=False),
            )
            for row in range(1, DECLARATION_ROWS + 1)
            if _any(reader, f"declaration-{row}-text", f"declaration-{row}-article")
        ),
    )


def _criteria(reader: Reader) -> tuple[Criterion, ...]:
    criteria = tuple(
        _criterion(reader, row)
        for row in range(1, CRITERION_ROWS + 1)
        if _any(reader, *(f"criterion-{row}-{part}" for part in ("name", "rubric", "minimum")))
    )
    if not criteria:
        reader.add_error("criterion-1-name", Message("Serve almeno un criterio."))
    return criteria


def _criterion(reader: Reader, row: int) -> Criterion:
    prefix = f"criterion-{row}"
    weight = reader.decimal(f"{prefix}-weight", maximum=LARGEST_NUMBER)
    maximum = reader.decimal(f"{prefix}-maximum", maximum=LARGEST_NUMBER)
    minimum = reader.decimal(f"{prefix}-minimum", maximum=LARGEST_NUMBER, required=False)
    operator = cast("Operator", reader.choice(f"{prefix}-operator", OPERATORS))
    for part, value in (("weight", weight), ("maximum", maximum)):
        if value == 0:
            reader.add_error(f"{prefix}-{part}", Message("Deve essere maggiore di zero."))
    criterion = Criterion(
        code=CRITERION_CODES[row - 1],
        name=reader.text(f"{prefix}-name"),
        weight=weight or Decimal(0),
        maximum=maximum or Decimal(0),
        minimum=minimum,
        operator=operator,
        motivation_required=reader.flag(f"{prefix}-motivation"),
        rubric=_rubric(reader, f"{prefix}-rubric", maximum),
    )
    if maximum is not None and operator and not _reached(criterion):
        reader.add_error(
            f"{prefix}-minimum", Message("Con questa soglia nessuno potrebbe passare.")
        )
    return criterion


def _reached(criterion: Criterion) -> bool:
    """Whether the best mark passes the criterion's own minimum: a mean is never above it."""
    return reaches(Fraction(criterion.best), criterion.operator, criterion.minimum)


def _rubric(reader: Reader, name: str, maximum: Decimal | None) -> tuple[RubricMark, ...]:
    """Read "mark = judgement" lines: a number suffices as a reason only if each mark has one.

    Every fault is named: they stand in one field, and are mended together.
    """
    lines: dict[Decimal, RubricMark] = {}
    faults: list[Message] = []
    for line in reader.text(name, max_length=5000, multiline=True).splitlines():
        if not line.strip():
            continue
        typed, _, text = line.partition("=")
        mark = _mark(typed)
        if mark is None or not text.strip():
            faults.append(
                Message("Scrivi una riga per punteggio, per esempio «3 = Buono»: {line}", line=line)
            )
        elif mark in lines:
            faults.append(Message("Il punteggio {mark} c'è due volte.", mark=number(mark)))
        elif maximum is not None and mark > maximum:
            faults.append(Message("Il punteggio {mark} supera il massimo.", mark=number(mark)))
        else:
            lines[mark] = RubricMark(mark, text.strip())
    if lines and maximum is not None and maximum not in lines:
        faults.append(
            Message("Manca il giudizio del punteggio massimo {mark}.", mark=number(maximum))
        )
    if len(lines) == 1 and not faults:
        faults.append(Message("Un solo punteggio non distingue nessuno: aggiungine un altro."))
    if faults:
        reader.add_error(
            name, reduce(lambda said, one: Message("{said} {one}", said=said, one=one), faults)
        )
    return tuple(lines[mark] for mark in sorted(lines))


def _mark(typed: str) -> Decimal | None:
    """Read a mark: not negative, at most three decimals, in one way only."""
    mark = spelled.number(typed)
    fits = mark is not None and 0 <= mark <= LARGEST_NUMBER and not mark.scaleb(3) % 1
    return mark if fits else None


def _tie_breaks(reader: Reader, criteria: tuple[Criterion, ...]) -> tuple[str, ...]:
    allowed = (*TIE_BREAKS, *(f"criterion:{criterion.code}" for criterion in criteria))
    keys: list[str] = []
    name = "tie_break-1"
    for row in range(1, TIE_BREAK_ROWS + 1):
        typed = reader.raw(f"tie_break-{row}")
        if not typed:
            continue
        name = f"tie_break-{row}"
        if typed not in allowed:
            reader.add_error(name, Message("Questo criterio non è nella griglia."))
        elif typed in keys:
            reader.add_error(name, Message("C'è già più in alto."))
        elif keys and keys[-1] == "lot":
            reader.add_error(name, Message("Non serve: la riga sopra decide già sempre."))
        keys.append(typed)
    if not keys or keys[-1] not in LAST_TIE_BREAKS:
        reader.add_error(
            name,
            Message("L'ultima parola deve averla l'ordine di invio o il sorteggio pubblico."),
        )
    return tuple(keys)


def _check_threshold(reader: Reader, content: CallContent) -> None:
    threshold = content.threshold
    # A grid that is not read whole has no maximum yet, and its own errors.
    whole = content.criteria and all(each.weight and each.maximum for each in content.criteria)
    rounded = not {"rounding_step", "rounding_digits"} & set(reader.errors)
    if threshold is None or not content.threshold_operator or not (whole and rounded):
        return
    if not reaches(Fraction(content.attainable), content.threshold_operator, threshold):
        reader.add_error(
            "threshold",
            Message(
                "Con questa soglia nessuno potrebbe passare: il massimo è {attainable}.",
                attainable=number(content.attainable),
            ),
        )


def _any(reader: Reader, *names: str) -> bool:
    return any(reader.raw(name) for name in names)
