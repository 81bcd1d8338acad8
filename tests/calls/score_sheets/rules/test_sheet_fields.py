"""A score sheet as its form shows it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.score_sheets.rules.scoring import check_mark
from calls.score_sheets.rules.sheet_fields import named, parts, shown
from calls.texts.rules.call_form import read
from tests.calls.examples import RUBRIC, call_values

HALF = {"criterion-1-rubric": f"{RUBRIC}\n7,5 = Più che buono"}
CRITERIA = read(call_values(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), **HALF)).criteria


def test_each_criterion_has_two_fields_and_a_missing_mark_is_empty():
    assert shown(CRITERIA, {"A": Decimal("7.500"), "B": None}, {"B": "Perché."}) == {
        "mark-A": "7,5",
        "motivation-A": "",
        "mark-B": "",
        "motivation-B": "Perché.",
        "mark-C": "",
        "motivation-C": "",
    }


@pytest.mark.parametrize("mark", CRITERIA[0].marks)
def test_what_a_field_shows_reads_back_as_the_same_mark(mark):
    assert check_mark(CRITERIA[0], shown(CRITERIA, {"A": mark}, {})["mark-A"]) == mark


def test_what_is_sent_is_every_field_and_the_total():
    before = parts(CRITERIA, {"A": Decimal(8)}, {}, Decimal("24.000000"))
    assert before["total"] == "24"
    assert set(before) == {*shown(CRITERIA, {}, {}), "total"}
    assert parts(CRITERIA, {}, {}, None)["total"] == ""


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("mark-B", "il punteggio di «Competenze»"),
        ("motivation-A", "la motivazione di «Idea e novità»"),
        ("total", "il totale"),
        ("mark-Z", "la scheda"),
    ],
)
def test_fields_have_names(part, words):
    assert str(named(CRITERIA, part)) == words
