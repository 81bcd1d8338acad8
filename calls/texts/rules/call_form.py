"""From what the office typed to the content of a call, saying everything that is wrong.

A draft keeps typed texts by field name and never refuses to be saved; only publishing
reads it. Rows of the form are fixed in number: an empty row is no row.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from calls.texts.rules.call_content import (
    BUDGET_RULES,
    OPERATORS,
    ROUNDING_STEPS,
    SECTIONS,
    TIE_BREAKS,
    TOTAL_TIE_BREAKS,
    BudgetRule,
    CallContent,
    Criterion,
    Declaration,
    Eligibility,
    Operator,
    RoundingStep,
    RubricMark,
)
from kit.canonical import decimal_text
from kit.errors import Invalid, Message, Refused
from kit.typed import Reader, decimal, euro_text

DECLARATION_ROWS = 6
CRITERION_ROWS = 8
TIE_BREAK_ROWS = 4
CRITERION_CODES = "ABCDEFGH"
LONGEST_SECTION = 20_000

LocalInstant = Callable[[datetime], datetime]


def read(values: Mapping[str, str], local_instant: LocalInstant) -> CallContent:
    """Read a whole call. `local_instant` turns civil time into an instant (DR-4).

    Raises Invalid naming every field that is missing or wrong.
    """
    reader = Reader(values)
    criteria = _criteria(reader)
    opens_at, deadline_at = _instants(reader, local_instant)
    budget, cap = reader.euro("budget"), reader.euro("cap")
    _check_money(reader, budget, cap)
    content = CallContent(
        title=reader.text("title", longest=200),
        summary=reader.text("summary", longest=1000),
        responsible=reader.text("responsible"),
        contact=reader.text("contact"),
        opens_at=opens_at,
        deadline_at=deadline_at,
        budget=budget,
        cap=cap,
        intensity_percent=reader.whole("intensity_percent", 1, 100),
        sections={
            code: reader.text(f"section-{code}", longest=LONGEST_SECTION) for code in SECTIONS
        },
        eligibility=_eligibility(reader),
        criteria=criteria,
        threshold=reader.decimal("threshold", required=False),
        threshold_operator=cast("Operator", reader.choice("threshold_operator", OPERATORS)),
        rounding_step=cast("RoundingStep", reader.choice("rounding_step", ROUNDING_STEPS)),
        rounding_digits=reader.whole("rounding_digits", 0, 4),
        tie_breaks=_tie_breaks(reader, criteria),
        budget_rule=cast("BudgetRule", reader.choice("budget_rule", BUDGET_RULES)),
    )
    _check_threshold(reader, content)
    if reader.errors:
        raise Invalid(reader.errors)
    return content


def names() -> tuple[str, ...]:
    """Every field of the form of a call."""
    plain = (
        *("title", "summary", "responsible", "contact", "opens_at", "deadline_at"),
        *("budget", "cap", "intensity_percent", "age_from", "age_below", "age_on", "in_province"),
        *("threshold", "threshold_operator", "rounding_step", "rounding_digits", "budget_rule"),
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


def _instants(reader: Reader, local_instant: LocalInstant) -> tuple[datetime, datetime]:
    opens_at = _instant(reader, "opens_at", local_instant)
    deadline_at = _instant(reader, "deadline_at", local_instant)
    if opens_at and deadline_at and opens_at >= deadline_at:
        reader.wrong("deadline_at", Message("La scadenza deve venire dopo l'apertura."))
    never = datetime.min.replace(tzinfo=UTC)
    return opens_at or never, deadline_at or never


def _instant(reader: Reader, name: str, local_instant: LocalInstant) -> datetime | None:
    typed = reader.typed(name)
    if not typed:
        reader.wrong(name, Message("Mancano il giorno e l'ora."))
        return None
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or local.microsecond or local.year < 2000:
        reader.wrong(name, Message("Scrivi giorno e ora, per esempio 2026-12-16T12:00."))
        return None
    try:
        return local_instant(local)
    except Refused as refusal:
        reader.wrong(name, refusal.message)
        return None


def _check_money(reader: Reader, budget: int, cap: int) -> None:
    if budget == 0:
        reader.wrong("budget", Message("La dotazione deve essere maggiore di zero."))
    if cap == 0:
        reader.wrong("cap", Message("Il contributo massimo deve essere maggiore di zero."))
    if cap > budget:
        reader.wrong(
            "cap",
            Message(
                "Il contributo massimo supera la dotazione ({budget}).", budget=euro_text(budget)
            ),
        )


def _eligibility(reader: Reader) -> Eligibility:
    age_from = reader.whole("age_from", 0, 120)
    age_below = reader.whole("age_below", 1, 121)
    if age_from >= age_below:
        reader.wrong("age_below", Message("Deve essere maggiore dell'età minima."))
    return Eligibility(
        age_from=age_from,
        age_below=age_below,
        age_on=reader.day("age_on") or date.min,
        in_province=reader.flag("in_province"),
        declarations=tuple(
            Declaration(
                code=f"D{row}",
                text=reader.text(f"declaration-{row}-text", longest=1000),
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
        reader.wrong("criterion-1-name", Message("Serve almeno un criterio."))
    return criteria


def _criterion(reader: Reader, row: int) -> Criterion:
    prefix = f"criterion-{row}"
    weight = reader.decimal(f"{prefix}-weight")
    maximum = reader.decimal(f"{prefix}-maximum")
    minimum = reader.decimal(f"{prefix}-minimum", required=False)
    operator = cast("Operator", reader.choice(f"{prefix}-operator", OPERATORS))
    for part, number in (("weight", weight), ("maximum", maximum)):
        if number == 0:
            reader.wrong(f"{prefix}-{part}", Message("Deve essere maggiore di zero."))
    if maximum is not None and minimum is not None and not _passable(maximum, operator, minimum):
        reader.wrong(f"{prefix}-minimum", Message("Con questa soglia nessuno potrebbe passare."))
    return Criterion(
        code=CRITERION_CODES[row - 1],
        name=reader.text(f"{prefix}-name"),
        weight=weight or Decimal(0),
        maximum=maximum or Decimal(0),
        minimum=minimum,
        operator=operator,
        motivation_required=reader.flag(f"{prefix}-motivation"),
        rubric=_rubric(reader, f"{prefix}-rubric", maximum),
    )


def _rubric(reader: Reader, name: str, maximum: Decimal | None) -> tuple[RubricMark, ...]:
    """Read "mark = judgement" lines: a number suffices as a reason only if each mark has one."""
    lines: dict[Decimal, RubricMark] = {}
    for line in reader.text(name, longest=5000).splitlines():
        if not line.strip():
            continue
        typed, _, text = line.partition("=")
        mark = decimal(typed.strip())
        if mark is None or not text.strip():
            reader.wrong(
                name,
                Message(
                    "Scrivi una riga per punteggio, per esempio «3 = Buono»: {line}", line=line
                ),
            )
        elif mark in lines:
            reader.wrong(name, Message("Il punteggio {mark} c'è due volte.", mark=comma(mark)))
        elif maximum is not None and mark > maximum:
            reader.wrong(name, Message("Il punteggio {mark} supera il massimo.", mark=comma(mark)))
        else:
            lines[mark] = RubricMark(mark, text.strip())
    if lines and maximum is not None and maximum not in lines:
        reader.wrong(
            name, Message("Manca il giudizio del punteggio massimo {mark}.", mark=comma(maximum))
        )
    if len(lines) == 1:
        reader.wrong(name, Message("Un solo punteggio non distingue nessuno: aggiungine un altro."))
    return tuple(lines[mark] for mark in sorted(lines))


def _tie_breaks(reader: Reader, criteria: tuple[Criterion, ...]) -> tuple[str, ...]:
    allowed = (*TIE_BREAKS, *(f"criterion:{criterion.code}" for criterion in criteria))
    keys: list[str] = []
    name = "tie_break-1"
    for row in range(1, TIE_BREAK_ROWS + 1):
        typed = reader.typed(f"tie_break-{row}")
        if not typed:
            continue
        name = f"tie_break-{row}"
        if typed not in allowed:
            reader.wrong(name, Message("Questo criterio non è nella griglia."))
        elif typed in keys:
            reader.wrong(name, Message("C'è già più in alto."))
        elif keys and keys[-1] in TOTAL_TIE_BREAKS:
            reader.wrong(name, Message("Non serve: la riga sopra decide già sempre."))
        keys.append(typed)
    if not keys or keys[-1] not in TOTAL_TIE_BREAKS:
        reader.wrong(
            name,
            Message("L'ultima parola deve averla l'ordine di invio o il sorteggio pubblico."),
        )
    return tuple(keys)


def _check_threshold(reader: Reader, content: CallContent) -> None:
    threshold = content.threshold
    if threshold is None or not content.threshold_operator:
        return
    if not _passable(content.attainable, content.threshold_operator, threshold):
        reader.wrong(
            "threshold",
            Message(
                "Con questa soglia nessuno potrebbe passare: il massimo è {attainable}.",
                attainable=comma(content.attainable),
            ),
        )


def _passable(best: Decimal, operator: str, minimum: Decimal) -> bool:
    return best > minimum if operator == ">" else best >= minimum


def comma(value: Decimal) -> str:
    """Write a decimal with the Italian comma, in its shortest form."""
    return decimal_text(value).replace(".", ",")


def _any(reader: Reader, *names: str) -> bool:
    return any(reader.typed(name) for name in names)
