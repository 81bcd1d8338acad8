"""The form in which the office writes a call: its fields, rows in sight and rows folded away."""

from typing import Any

from calls.texts.rules import call_form, call_parts, call_words, lacks
from calls.texts.rules.call_content import SECTIONS
from kit.errors import Message
from kit.http import web
from kit.http.forms import Form
from kit.http.web import Request, Response

# What a new call begins with: the choices that most calls make.
BEGIN = {
    "intensity_percent": "60",
    "age_from": "18",
    "age_below": "36",
    "in_province": "yes",
    "threshold_operator": ">=",
    "rounding_step": "criterion",
    "rounding_digits": "2",
    "budget_rule": "partial",
    "sheets_of_dismissed": "count",
    "tie_break-1": "lot",
    **{f"criterion-{row}-operator": ">=" for row in range(1, call_form.CRITERION_ROWS + 1)},
}


def page(
    request: Request, form: Form, call_id: int | None, status: int = 200, *, over: bool = False
) -> Response:
    """Show the form of a draft; `over` where a colleague published it while it was written."""
    context: dict[str, Any] = {
        "over": over,
        "form": form,
        "call_id": call_id,
        "refused": status >= 400,
        "lacks": lacks.of(form.errors, form.values),
        "named": call_parts.field_named,
        "sections": SECTIONS,
        "words": call_words,
        "criterion_rows": _rows(form, "criterion", call_form.CRITERION_ROWS, 3),
        "declaration_rows": _rows(form, "declaration", call_form.DECLARATION_ROWS, 2),
        "tie_break_rows": range(1, call_form.TIE_BREAK_ROWS + 1),
        "tie_breaks": _tie_break_options(form),
    }
    return web.page(request, "calls/texts/edit.html", status, **context)


def _rows(form: Form, kind: str, number: int, always: int) -> tuple[list[int], list[int]]:
    """Part the rows of the form: those in sight, and those folded away because they are empty."""
    said = [name for name in (*form.values, *form.errors) if name in form.errors or form.raw(name)]
    filled = {
        row
        for row in range(1, number + 1)
        for name in said
        if name.startswith(f"{kind}-{row}-") and not name.endswith("-operator")
    }
    shown = [row for row in range(1, number + 1) if row <= always or row in filled]
    return shown, [row for row in range(1, number + 1) if row not in shown]


def _tie_break_options(form: Form) -> list[tuple[str, Message]]:
    criteria = [
        (
            f"criterion:{code}",
            Message("il punteggio più alto in «{criterion}»", criterion=name),
        )
        for row, code in enumerate(call_form.CRITERION_CODES, 1)
        if (name := form.raw(f"criterion-{row}-name") or code)
    ]
    return [*call_words.TIE_BREAKS.items(), *criteria]
