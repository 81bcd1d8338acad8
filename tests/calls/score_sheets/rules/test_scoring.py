"""Marks: the allowed set, what is missing, exact sums, thresholds with their operator."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.score_sheets.rules import scoring
from calls.texts.rules.call_content import Criterion, RubricMark
from kit.errors import Refused


def criterion(
    code="idea", marks="0 2.5 5 7.5 10", weight="1", minimum=None, operator=">=", why=False
):
    lines = tuple(RubricMark(Decimal(mark), f"giudizio {mark}") for mark in marks.split())
    return Criterion(
        code=code,
        name=code.capitalize(),
        weight=Decimal(weight),
        maximum=max(line.mark for line in lines),
        minimum=None if minimum is None else Decimal(minimum),
        operator=operator,
        motivation_required=why,
        rubric=lines,
    )


@pytest.mark.parametrize(
    ("typed", "mark"), [("7.5", "7.5"), ("7,5", "7.5"), (" 10 ", "10"), ("0", "0"), ("5.0", "5")]
)
def test_a_mark_of_the_grid_is_taken_as_it_stands_there(typed, mark):
    assert scoring.check_mark(criterion(), typed) == Decimal(mark)


@pytest.mark.parametrize(
    "typed", ["6", "-5", "11", "1e1", "NaN", "Infinity", "sNaN", "dieci", "٥", "5" * 40, "5_0"]
)
def test_a_mark_outside_the_grid_is_refused_and_the_grid_is_named(typed):
    with pytest.raises(Refused) as refusal:
        scoring.check_mark(criterion(), typed)
    assert "0 · 2,5 · 5 · 7,5 · 10" in str(refusal.value.message)
    assert refusal.value.field == "mark-idea"


def test_an_empty_mark_is_missing_and_never_zero():
    assert scoring.check_mark(criterion(), "  ") is None
    lacks = scoring.missing([criterion()], {"idea": None}, {})
    assert [(lack.criterion.code, lack.what) for lack in lacks] == [("idea", "mark")]
    assert scoring.missing([criterion()], {"idea": Decimal(0)}, {}) == []


def test_a_sheet_with_a_missing_mark_cannot_be_sent():
    grid = [criterion("idea"), criterion("cash")]
    with pytest.raises(Refused, match="Cash: manca il punteggio"):
        scoring.check_complete(grid, {"idea": Decimal(5)}, {})
    scoring.check_complete(grid, {"idea": Decimal(5), "cash": Decimal(0)}, {})


def test_a_mark_that_excludes_has_to_be_explained():
    grid = [criterion(minimum="5", operator=">")]
    with pytest.raises(Refused, match="manca la motivazione"):
        scoring.check_complete(grid, {"idea": Decimal(5)}, {"idea": "  "})
    scoring.check_complete(grid, {"idea": Decimal(5)}, {"idea": "Manca il mercato."})
    scoring.check_complete(grid, {"idea": Decimal("7.5")}, {})


def test_the_running_total_weighs_what_is_there_and_is_none_before_the_first_mark():
    grid = [criterion("idea", weight="1.5"), criterion("cash", weight="0.5")]
    assert scoring.score_sheet_total(grid, {}) is None
    assert scoring.score_sheet_total(grid, {"idea": Decimal("7.5"), "cash": None}) == Decimal(
        "11.25"
    )
    assert scoring.score_sheet_total(grid, {"idea": Decimal(0)}) == 0
    assert scoring.maximum_total(grid) == 20


def test_nobodys_mark_has_no_mean():
    with pytest.raises(ValueError, match="no marks"):
        scoring.mean([])


@settings(deadline=None)
@given(st.fractions())
def test_a_written_number_reads_back_to_itself(value):
    assert Fraction(scoring.number_text(value)) == value


@settings(deadline=None)
@given(st.lists(st.sampled_from([Decimal(n) / 2 for n in range(21)]), min_size=1))
def test_the_mean_does_not_depend_on_who_sent_first(marks):
    assert scoring.mean(marks) == scoring.mean(marks[::-1])
    assert min(marks) <= scoring.mean(marks) <= max(marks)
