"""A call part by part, as its preview shows it: what has to be as it was when it is published."""

from typing import Any

from calls.texts.rules.call_content import CallContent, to_plain
from calls.texts.rules.call_form import CRITERION_CODES
from calls.texts.rules.call_words import SECTION_TITLES
from kit.canonical import encode
from kit.errors import Message

_NAMES = {
    "title": Message("il titolo"),
    "summary": Message("il riassunto"),
    "responsible": Message("il responsabile del procedimento"),
    "contact": Message("i contatti"),
    "opens_at": Message("l'apertura"),
    "deadline_at": Message("la scadenza"),
    "budget": Message("le risorse in tutto"),
    "cap": Message("il contributo massimo"),
    "intensity_percent": Message("la quota delle spese ammesse"),
    "eligibility": Message("i requisiti"),
    "threshold": Message("la soglia della graduatoria"),
    "rounding": Message("l'arrotondamento"),
    "tie_breaks": Message("le regole di parità"),
    "budget_rule": Message("che cosa succede se i soldi non bastano"),
    "sheets_of_dismissed": Message("quali schede contano se una persona lascia la commissione"),
}

# Fields of the form that are part of something larger.
_FIELDS = {
    **dict.fromkeys(("age_from", "age_below", "age_on", "in_province"), "eligibility"),
    "threshold_operator": "threshold",
    **dict.fromkeys(("rounding_step", "rounding_digits"), "rounding"),
}


def parts(content: CallContent) -> dict[str, str]:
    """Give everything a call says, by part: name (without blanks) to a text that says it all.

    Each section of the text, each declaration and each criterion is a part of its own. An
    operator says nothing where there is no threshold.
    """
    plain = to_plain(content)
    eligibility = plain["eligibility"]
    single = {name: plain[name] for name in _NAMES if name in plain}
    found = {
        **single,
        "eligibility": {n: v for n, v in eligibility.items() if n != "declarations"},
        "threshold": _bound(plain, "threshold", "threshold_operator"),
        "rounding": [plain["rounding_step"], plain["rounding_digits"]],
        **{f"section-{code}": text for code, text in plain["sections"].items()},
        **{f"declaration-{line['code'][1:]}": line for line in eligibility["declarations"]},
        **{f"criterion-{line['code']}": _criterion(line) for line in plain["criteria"]},
    }
    return {name: _said(value) for name, value in found.items()}


def named(part: str) -> Message:
    """Put the name of a part into words, also of one that is gone."""
    kind, _, which = part.partition("-")
    if kind == "section" and which in SECTION_TITLES:
        return Message("il testo «{title}»", title=SECTION_TITLES[which])
    if kind == "criterion":
        return Message("il criterio {letter}", letter=which)
    if kind == "declaration":
        return Message("la dichiarazione {n}", n=which)
    return _NAMES.get(part, Message("il bando"))


def field_named(name: str) -> Message:
    """Put a field of the form into words, by the part it belongs to."""
    kind, _, row = name.partition("-")
    number = row.partition("-")[0]
    if kind == "criterion" and number.isdigit():
        return named(f"criterion-{CRITERION_CODES[int(number) - 1]}")
    if kind == "declaration":
        return named(f"declaration-{number}")
    if kind == "tie_break":
        return named("tie_breaks")
    return named(_FIELDS.get(name, name))


def _criterion(line: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in line.items() if name not in {"minimum", "operator"}}
    return {**said, "needs": _bound(line, "minimum", "operator")}


def _bound(line: dict[str, Any], minimum: str, operator: str) -> list[str]:
    return [] if line[minimum] is None else [line[operator], line[minimum]]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else encode({"": value}).decode()
