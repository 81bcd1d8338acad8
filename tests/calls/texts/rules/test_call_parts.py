"""A call part by part: every one of its values belongs to a part that has a name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from calls.texts.rules.call_content import CallContent
from calls.texts.rules.call_form import names, read
from calls.texts.rules.call_parts import field_named, named, parts
from tests.calls.examples import call_values

CONTENT = read(call_values(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)))


def differing(content: CallContent) -> set[str]:
    before, now = parts(CONTENT), parts(content)
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}


@pytest.mark.parametrize("name", sorted(CallContent.__dataclass_fields__))
def test_no_value_of_a_call_can_change_without_a_part(name):
    value = getattr(CONTENT, name)
    other = {
        str: lambda: f"{value}x",
        int: lambda: value + 1,
        Decimal: lambda: value + 1,
        datetime: lambda: value + timedelta(seconds=1),
        dict: lambda: {**value, "aims": "Altro."},
        tuple: lambda: value[:-1],
        type(CONTENT.eligibility): lambda: replace(value, age_from=1),
    }[type(value)]()
    changed = differing(replace(CONTENT, **{name: other}))
    assert len(changed) == 1
    assert str(named(changed.pop())) != "il bando"


def test_sections_criteria_and_declarations_are_parts_of_their_own():
    first, second, third = CONTENT.criteria
    assert differing(replace(CONTENT, criteria=(first, second))) == {"criterion-C"}
    heavier = replace(second, weight=Decimal(9))
    assert differing(replace(CONTENT, criteria=(first, heavier, third))) == {"criterion-B"}
    rule = CONTENT.eligibility
    fewer = replace(rule, declarations=rule.declarations[:1])
    assert differing(replace(CONTENT, eligibility=fewer)) == {"declaration-2"}
    sections = {**CONTENT.sections, "aid": "Altro."}
    assert differing(replace(CONTENT, sections=sections)) == {"section-aid"}


def test_an_operator_without_a_threshold_says_nothing():
    none = replace(CONTENT, threshold=None)
    assert parts(none) == parts(replace(none, threshold_operator=">"))
    assert differing(replace(CONTENT, threshold_operator=">")) == {"threshold"}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("cap", "il contributo massimo"),
        ("section-aims", "il testo «Finalità e risorse»"),
        ("criterion-B", "il criterio B"),
        ("declaration-2", "la dichiarazione 2"),
        ("gone", "il bando"),
    ],
)
def test_parts_have_names(part, words):
    assert str(named(part)) == words


@pytest.mark.parametrize("name", names())
def test_every_field_of_the_form_has_a_name(name):
    assert str(field_named(name)) != "il bando"


def test_a_field_is_named_by_what_it_is_part_of():
    assert str(field_named("criterion-3-rubric")) == "il criterio C"
    assert str(field_named("age_on")) == "i requisiti"
