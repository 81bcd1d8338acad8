"""The words for the fixed parts of a call."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.texts.rules import call_content, call_words, points
from calls.texts.rules.call_form import read
from tests.calls.examples import call_values

CONTENT = read(call_values(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)))


def test_every_fixed_part_has_its_words():
    assert tuple(call_words.SECTION_TITLES) == call_content.SECTIONS
    assert tuple(call_words.TIE_BREAKS) == call_content.TIE_BREAKS
    assert set(call_words.BUDGET_RULES) == set(call_content.BUDGET_RULES)
    assert set(call_words.ROUNDING_STEPS) == set(points.ROUNDING_STEPS)
    assert set(call_words.OPERATORS) == set(call_content.OPERATORS)


@pytest.mark.parametrize(
    ("minimum", "operator", "words"),
    [
        (Decimal(5), ">", "serve più di 5"),
        (Decimal("2.5"), ">=", "serve almeno 2,5"),
        (None, ">", None),
    ],
)
def test_a_minimum_says_its_operator(minimum, operator, words):
    criterion = replace(CONTENT.criteria[0], minimum=minimum, operator=operator)
    found = call_words.minimum(criterion)
    assert (None if found is None else str(found)) == words


def test_a_tie_break_names_its_criterion():
    assert "Competenze" in str(call_words.tie_break(CONTENT, "criterion:B"))
    assert call_words.tie_break(CONTENT, "lot") == call_words.TIE_BREAKS["lot"]
