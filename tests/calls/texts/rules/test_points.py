"""Weighing, rounding and thresholds; what a call says nobody can reach, nobody can."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.rankings.rules import ranking
from calls.rankings.rules.ranking import Candidate, Formula
from calls.texts.rules import points
from calls.texts.rules.call_content import CallContent, Criterion, RubricMark
from calls.texts.rules.call_form import read
from kit.errors import Invalid
from kit.sentences import number
from tests.calls.examples import call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CONTENT = read(call_values(NOW))
Row = tuple[Decimal, tuple[Decimal, ...], Decimal | None, str]


@pytest.mark.parametrize(
    ("value", "operator", "minimum", "passes"),
    [
        (Fraction(5), ">=", "5", True),
        (Fraction(5), ">", "5", False),
        (Fraction(501, 100), ">", "5", True),
        (Fraction(499, 100), ">=", "5", False),
        (Fraction(14, 3), ">=", "4.67", False),
        (Fraction(0), ">", None, True),
    ],
)
def test_thresholds_differ_exactly_at_the_boundary(value, operator, minimum, passes):
    assert points.reaches(value, operator, None if minimum is None else Decimal(minimum)) is passes


def test_an_operator_that_no_call_can_declare_is_a_fault():
    with pytest.raises(ValueError, match="operator"):
        points.reaches(Fraction(5), "<", Decimal(5))


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (Fraction(25, 1000), 2, "0.03"),
        (Fraction(35, 1000), 2, "0.04"),
        (Fraction(20, 3), 2, "6.67"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(1005, 1000), 2, "1.01"),
    ],
)
def test_halves_are_rounded_upwards_and_never_to_even(value, digits, rounded):
    assert points.round_half_up(value, digits) == Fraction(rounded)


def test_a_step_that_no_call_can_declare_is_a_fault():
    with pytest.raises(ValueError, match="rounding step"):
        points.Rounding("never", 2).of_total([Fraction(1)])


def _steps(highest: int, digits: int) -> st.SearchStrategy[Decimal]:
    return st.integers(1, highest * 10**digits).map(lambda n: Decimal(n).scaleb(-digits))


def _ascending(marks: list[Decimal]) -> tuple[Decimal, ...]:
    return tuple(sorted(marks))


_GRIDS = st.lists(
    st.tuples(
        _steps(4, 3),
        st.lists(_steps(10, 1), min_size=2, max_size=3, unique=True).map(
            lambda m: tuple(sorted(m))
        ),
        st.none() | _steps(10, 1),
        st.sampled_from([">", ">="]),
    ),
    min_size=1,
    max_size=3,
)


def _content(rows: list[Row], step: points.RoundingStep, digits: int) -> CallContent:
    criteria = tuple(
        Criterion(
            code="ABC"[place],
            name="ABC"[place],
            weight=weight,
            maximum=marks[-1],
            minimum=minimum,
            operator=">" if operator == ">" else ">=",
            motivation_required=False,
            rubric=tuple(RubricMark(mark, "giudizio") for mark in marks),
        )
        for place, (weight, marks, minimum, operator) in enumerate(rows)
    )
    return replace(CONTENT, criteria=criteria, rounding_step=step, rounding_digits=digits)


def _totals(content: CallContent) -> set[Fraction]:
    """Every total that one sheet can get, by the ranking itself."""
    sheets = product(*(criterion.marks for criterion in content.criteria))
    codes = [criterion.code for criterion in content.criteria]
    entries = [
        Candidate(str(n), (2026, n), NOW, 1, (dict(zip(codes, sheet, strict=True)),))
        for n, sheet in enumerate(sheets)
    ]
    return {row.total for row in ranking.rank(Formula.of(content), entries, "ab" * 32)}


@settings(deadline=None)
@given(_GRIDS, st.sampled_from(points.ROUNDING_STEPS), st.integers(0, 4))
def test_what_a_call_says_can_be_reached_is_the_best_total_of_all_sheets(rows, step, digits):
    content = _content(rows, step, digits)
    assert Fraction(content.attainable) == max(_totals(content))


@settings(deadline=None)
@given(
    _GRIDS,
    st.sampled_from(points.ROUNDING_STEPS),
    st.integers(0, 2),
    st.sampled_from([">", ">="]),
    st.sampled_from([Decimal(n).scaleb(-3) for n in (-500, -1, 0, 1, 500)]),
)
def test_a_threshold_is_taken_exactly_where_a_sheet_passes_it(rows, step, digits, operator, off):
    """Near the highest total, on both sides; so is the minimum of each criterion."""
    content = _content(rows, step, digits)
    threshold = max(content.attainable + off, Decimal(0))
    typed = {f"criterion-{n}-{part}": "" for n in (1, 2, 3) for part in ("name", "rubric")}
    typed |= {"tie_break-1": "lot", "tie_break-2": "", "tie_break-3": ""}
    typed |= {"criterion-1-minimum": "", "criterion-2-minimum": "", "criterion-3-minimum": ""}
    for n, one in enumerate(content.criteria, 1):
        typed |= {
            f"criterion-{n}-name": one.name,
            f"criterion-{n}-weight": _typed(one.weight),
            f"criterion-{n}-maximum": _typed(one.maximum),
            f"criterion-{n}-minimum": "" if one.minimum is None else _typed(one.minimum),
            f"criterion-{n}-operator": one.operator,
            f"criterion-{n}-rubric": "\n".join(f"{_typed(mark)} = giudizio" for mark in one.marks),
        }
    typed |= {"threshold": _typed(threshold), "threshold_operator": operator}
    typed |= {"rounding_step": step, "rounding_digits": str(digits)}
    try:
        read(call_values(NOW, **typed))
        refused = set()
    except Invalid as invalid:
        refused = set(invalid.errors)
    expected = {
        f"criterion-{n}-minimum"
        for n, one in enumerate(content.criteria, 1)
        if not any(points.reaches(Fraction(m), one.operator, one.minimum) for m in one.marks)
    }
    if not any(points.reaches(total, operator, threshold) for total in _totals(content)):
        expected.add("threshold")
    assert refused == expected


def _typed(value: Decimal) -> str:
    return number(value)


@pytest.mark.parametrize(
    ("weight", "threshold", "passes"),
    [("1,333", "13,2", False), ("1,333", "13", True), ("1,45", "14,9", True), ("1,45", "15", True)],
)
def test_a_threshold_is_held_against_the_rounded_maximum(weight, threshold, passes):
    """13,33 rounds to 13 and 14,5 to 15: half up, as the ranking does."""
    changes = {f"criterion-{n}-{part}": "" for n in (2, 3) for part in ("name", "rubric")}
    changes |= {"criterion-1-weight": weight, "rounding_digits": "0", "threshold": threshold}
    values = call_values(NOW, **changes)
    if passes:
        read(values)
        return
    with pytest.raises(Invalid) as refused:
        read(values)
    assert "il massimo è 13." in str(refused.value.errors["threshold"])
