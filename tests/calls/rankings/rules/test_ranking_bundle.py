"""The published bundle: its bytes are a promise to everybody who keeps one."""

import hashlib
import json
from decimal import Decimal

from calls.rankings.rules import ranking_bundle
from calls.rankings.rules.ranking import Candidate, Formula
from calls.texts.rules.call_content import Criterion, RubricMark
from calls.verification.verify_ranking import verify

# Whoever changes one byte of the format breaks every bundle that citizens hold.
FROZEN = "cbb7a16e03ded37a01b9040f005c506af592ed7107bee6dfb35790749eadaf32"


def bundle() -> bytes:
    marks = tuple(RubricMark(Decimal(mark), f"Testo {mark}") for mark in ("0", "2.5", "5"))
    idea = Criterion("A", "Idea", Decimal("1.5"), Decimal(5), Decimal(2), ">", True, marks)
    formula = Formula(
        (idea,), Decimal(3), ">=", "total", 2, ("requested_low", "lot"), 900_00, "stop"
    )
    sheets = ({"A": Decimal("2.5")}, {"A": Decimal(5)})
    return ranking_bundle.build(
        {"id": 1, "title": "Prova"},
        formula,
        [
            Candidate("2026/0000002", "Bottega", (2026, 2), 500_00, sheets),
            Candidate("2026/0000001", "Forno", (2026, 1), 500_00, sheets),
            Candidate("2026/0000003", "Orto", (2026, 3), 100_00, ({"A": Decimal(0)},)),
        ],
        {f"2026/000000{n}": str(n) * 64 for n in (1, 2, 3)},
    )


def test_not_one_byte_of_the_format_changes():
    assert hashlib.sha256(bundle()).hexdigest() == FROZEN


def test_the_bundle_verifies_and_names_no_person():
    content = json.loads(bundle())
    assert verify(bundle()) == []
    assert set(content) == {"format", "call", "formula", "envelopes", "seed", "ranking", "granted"}
    assert content["granted"] == 500_00
    assert content["ranking"][2]["state"] == "below_threshold"
