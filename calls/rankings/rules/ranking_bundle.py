"""What is published of a ranking: its input and its result in one canonical JSON.

No tax code, no address, no name of a person, a firm or an evaluator: the code of the
application, when it arrived, the marks per criterion sorted (so that no sheet can be put
together again), the hashes of envelopes and receipts, the formula, and of the call what admits a
row. With the call's own text it is all that recomputing needs. The firms' names stand in a file
of their own, which may lose one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from calls.applications.rules import receipts
from calls.envelopes.rules.doubles import Exclusion
from calls.envelopes.rules.lots import seed_of
from calls.rankings.rules.ranking import RULE, Candidate, Formula, RankedCandidate, rank
from calls.score_sheets.rules.scoring import number_text
from calls.texts.rules.call_content import CallContent
from kit.canonical import decimal_text, encode, instant_text

NAMES = "farelegami.names.1"


class Apart(NamedTuple):
    """What a ranking says besides its rows.

    `excluded` are applications that do not count; `dismissed` is how many sheets there are of
    who is no longer on the commission (they count or not, as the call says), `conflict` how many
    were sent and count no more because their evaluator has a conflict.
    """

    excluded: tuple[Exclusion, ...] = ()
    dismissed: int = 0
    conflict: int = 0


NOTHING_APART = Apart()


def build(
    call: CallContent,
    version_sha256: str,
    entries: Sequence[Candidate],
    envelopes: Mapping[str, str],
    apart: Apart = NOTHING_APART,
) -> bytes:
    """Compute the ranking of a call's version and return the bundle as canonical bytes.

    `version_sha256` is the hash of the version's own canonical bytes; `envelopes` maps the code
    of every application sent to the SHA-256 of its content; the seed of the lots follows from
    them. What is `apart` has no row. Shuffled input gives the same bytes.
    """
    seed, formula = seed_of(envelopes), Formula.of(call)
    rows = rank(formula, entries, seed)
    return encode(
        {
            "format": RULE,
            "call": {
                "title": call.title,
                "version_sha256": version_sha256,
                "opens_at": instant_text(call.opens_at),
                "deadline_at": instant_text(call.deadline_at),
                "cap": call.cap,
                "intensity_percent": call.intensity_percent,
            },
            "formula": formula_plain(formula),
            "envelopes": dict(envelopes),
            "seed": seed,
            "ranking": [_row_plain(formula, row, envelopes[row.entry.code]) for row in rows],
            "granted": sum(row.granted for row in rows),
            "excluded": [
                {"code": one.code, "instead": one.instead, "reason": one.reason}
                for one in sorted(apart.excluded)
            ],
            "sheets": {
                "of_dismissed": call.sheets_of_dismissed,
                "dismissed": apart.dismissed,
                "conflict": apart.conflict,
            },
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


def _row_plain(formula: Formula, row: RankedCandidate, envelope: str) -> dict[str, Any]:
    codes = [criterion.code for criterion in formula.criteria]
    entry = row.entry
    receipt = receipts.fingerprint(entry.code, entry.received_at, entry.requested, envelope)
    return {
        "code": entry.code,
        "protocol": list(entry.protocol),
        "received_at": instant_text(entry.received_at),
        "requested": entry.requested,
        "receipt": receipt,
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
