"""What is published of a ranking: its input and its result in one canonical JSON.

No tax code, no address, no name of a person, a firm or an evaluator: the code of the
application, when it arrived, the marks per criterion sorted (so that no sheet can be put
together again), the envelopes' hashes and the formula. With the call's own text it is all that
recomputing needs. The firms' names stand in a file of their own, which may lose one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from calls.envelopes.rules.lots import seed_of
from calls.rankings.rules.ranking import RULE, Candidate, Formula, RankedCandidate, rank
from calls.score_sheets.rules.scoring import number_text
from calls.texts.rules.call_content import CallContent
from kit.canonical import decimal_text, encode, instant_text

NAMES = "farelegami.names.1"


def build(
    call: CallContent,
    version_sha256: str,
    entries: Sequence[Candidate],
    envelopes: Mapping[str, str],
) -> bytes:
    """Compute the ranking of a call's version and return the bundle as canonical bytes.

    `version_sha256` is the hash of the version's own canonical bytes; `envelopes` maps the code
    of every application sent to the SHA-256 of its content; the seed of the lots follows from
    them. Shuffled input gives the same bytes.
    """
    seed, formula = seed_of(envelopes), Formula.of(call)
    rows = rank(formula, entries, seed)
    return encode(
        {
            "format": RULE,
            "call": {
                "title": call.title,
                "version_sha256": version_sha256,
                "deadline_at": instant_text(call.deadline_at),
            },
            "formula": formula_plain(formula),
            "envelopes": dict(envelopes),
            "seed": seed,
            "ranking": [_row_plain(formula, row) for row in rows],
            "granted": sum(row.granted for row in rows),
        }
    )


def names(ranking_sha256: str, firms: Mapping[str, str]) -> bytes:
    """The names of firms and projects by code, as the canonical bytes of a file of their own."""
    return encode({"format": NAMES, "ranking_sha256": ranking_sha256, "firms": dict(firms)})


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
        "protocol": list(entry.protocol),
        "received_at": instant_text(entry.received_at),
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
