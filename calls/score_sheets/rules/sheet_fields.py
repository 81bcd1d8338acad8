"""A score sheet as its form shows it: two fields for each criterion, mark and motivation."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from calls.score_sheets.rules.scoring import Marks
from calls.texts.rules.call_content import Criterion
from kit.errors import Message
from kit.sentences import number


def mark_field(code: str) -> str:
    """Name the field of a criterion's mark."""
    return f"mark-{code}"


def motivation_field(code: str) -> str:
    """Name the field of a criterion's motivation."""
    return f"motivation-{code}"


def shown(
    criteria: Sequence[Criterion], marks: Marks, motivations: Mapping[str, str]
) -> dict[str, str]:
    """Give what the fields of a sheet show, by name; a missing mark is empty, never 0."""
    found = {}
    for criterion in criteria:
        mark = marks.get(criterion.code)
        found[mark_field(criterion.code)] = "" if mark is None else number(mark)
        found[motivation_field(criterion.code)] = motivations.get(criterion.code, "")
    return found


def parts(
    criteria: Sequence[Criterion],
    marks: Marks,
    motivations: Mapping[str, str],
    total: Decimal | None,
) -> dict[str, str]:
    """Give what is read once more before a sheet is sent: each field, and the total."""
    written = "" if total is None else number(total)
    return {**shown(criteria, marks, motivations), "total": written}


def named(criteria: Sequence[Criterion], part: str) -> Message:
    """Put a field or a part of a sheet into words."""
    kind, _, code = part.partition("-")
    names = {criterion.code: criterion.name for criterion in criteria}
    if kind == "mark" and code in names:
        return Message("il punteggio di «{criterion}»", criterion=names[code])
    if kind == "motivation" and code in names:
        return Message("la motivazione di «{criterion}»", criterion=names[code])
    return Message("il totale") if part == "total" else Message("la scheda")
