"""What is published of a ranking: its input and its result in one canonical JSON.

No tax code, no address, no person's name, no evaluator: the code of the application, the
firm, the marks per criterion sorted (so that no sheet can be put together again), the
envelopes' hashes and the formula. It is all that recomputing needs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from calls.envelopes.rules.lots import seed_of
from calls.rankings.rules.ranking import RULE, Candidate, Formula, RankedCandidate, rank
from calls.score_sheets.rules.scoring import number_text
from kit.canonical import decimal_text, encode


def build(
    call: Mapping[str, Any],
    formula: Formula,
    entries: Sequence[Candidate],
    envelopes: Mapping[str, str],
) -> bytes:
    """Compute the ranking and return the bundle as canonical bytes.

    `envelopes` maps the code of every application sent to the SHA-256 of its content; the
    seed of the lots follows from them. Shuffled input gives the same bytes.
    """
    seed = seed_of(envelopes)
    rows = rank(formula, entries, seed)
    return encode(
        {
            "format": RULE,
            "call": dict(call),
            "formula": formula_plain(formula),
            "envelopes": dict(envelopes),
            "seed": seed,
            "ranking": [_row_plain(formula, row) for row in rows],
            "granted": sum(row.granted for row in rows),
        }
    )


def formula_plain(formula: Formula) -> dict[str, Any]:
    """The formula as it stands in the bundle (rubric texts stay in the call's version)."""
    threshold = formula.threshold
    return {
        "criteria": [
            {
                "code": c.code,
                "name": c.name,
                "weight": decimal_text(c.weight),
                "marks": [decimal_text(mark) for mark in c.marks],
                "minimum": None if c.minimum is None else decimal_text(c.minimum),
                "operator": c.operator,
            }
            for c in formula.criteria
        ],
        "aggregate": "mean",
        "rounding": {
            "step": formula.rounding_step,
            "mode": "half-up",
            "digits": formula.rounding_digits,
        },
        "threshold": None if threshold is None else decimal_text(threshold),
        "threshold_operator": formula.threshold_operator,
        "tie_breaks": list(formula.tie_breaks),
        "budget": formula.budget,
        "budget_rule": formula.budget_rule,
    }


def _row_plain(formula: Formula, row: RankedCandidate) -> dict[str, Any]:
    codes = [criterion.code for criterion in formula.criteria]
    entry = row.entry
    return {
        "code": entry.code,
        "firm": entry.firm,
        "protocol": list(entry.protocol),
        "requested": entry.requested,
        "marks": {
            code: [decimal_text(mark) for mark in sorted(sheet[code] for sheet in entry.sheets)]
            for code in codes
        },
        "means": {code: number_text(row.means[code]) for code in codes},
        "points": {code: number_text(row.points[code]) for code in codes},
        "total": number_text(row.total),
        "failed": list(row.failed),
        "lot": row.lot,
        "position": row.position,
        "decided_by": row.decided_by,
        "state": row.state,
        "granted": row.granted,
    }
