"""Who may apply."""

from datetime import UTC, date, datetime

import pytest

from calls.applications.rules.completeness import missing
from calls.applications.rules.eligibility import age_on, outcomes
from calls.texts.rules.call_form import read as read_call
from tests.calls.examples import application_values, call_values, without

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = read_call(call_values(NOW))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("1990-12-16", "2026-12-15", 35),
        ("1990-12-16", "2026-12-16", 36),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_years_are_completed_on_the_birthday(birth, day, age):
    assert age_on(date.fromisoformat(birth), date.fromisoformat(day)) == age


@pytest.mark.parametrize(
    ("birth", "met"),
    [("2008-12-16", True), ("2008-12-17", False), ("1990-12-17", True), ("1990-12-16", False)],
)
def test_eighteen_is_done_and_thirty_six_is_not_yet_on_the_day_the_call_names(birth, met):
    # The call's day is 16 December 2026, 24 days after now.
    judged = {o.rule: o.met for o in outcomes(CALL, application_values(birth_day=birth))}
    assert judged["age"] is met
    lacks = {lack.field for lack in missing(CALL, application_values(birth_day=birth))}
    assert ("birth_day" in lacks) is not met


def test_every_rule_and_every_declaration_is_judged_with_its_field():
    judged = outcomes(CALL, application_values(municipality="elsewhere", **{"declaration-D1": ""}))
    assert [(o.rule, o.field, o.met) for o in judged] == [
        ("age", "birth_day", True),
        ("residence", "municipality", False),
        ("D1", "declaration-D1", False),
        ("D2", "declaration-D2", True),
    ]


def test_what_is_not_answered_yet_is_not_met():
    judged = outcomes(CALL, without(application_values(), "birth_day", "municipality"))
    assert [str(o.message) for o in judged[:2]] == [
        "Manca la data di nascita.",
        "Manca il comune.",
    ]
    assert not any(o.met for o in judged[:2])


def test_a_call_for_everywhere_asks_for_no_residence():
    call = read_call(call_values(NOW, in_province=""))
    assert [o.rule for o in outcomes(call, application_values())] == ["age", "D1", "D2"]
