"""A ranking part by part, as its preview shows it."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calls.envelopes.rules.doubles import Exclusion
from calls.rankings.doubts import Lacking
from calls.rankings.rules import ranking_bundle, ranking_parts
from calls.rankings.rules.ranking import Candidate
from calls.rankings.rules.ranking_parts import named
from calls.texts.rules.call_form import read
from tests.calls.examples import call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIRMS = {f"2026/000000{n}": f"Impresa {n}" for n in (1, 2, 3)}
UNEVEN = [Lacking("2026/0000001", "Impresa 1", 2)]


def content():
    grid = read(call_values(NOW))
    sheet = {code: Decimal(8) for code in "ABC"}
    entries = [
        Candidate(f"2026/000000{n}", (2026, n), NOW, 500_000, (sheet, sheet)) for n in (1, 2)
    ]
    envelopes = {entry.code: "aa" * 32 for entry in entries}
    apart = ranking_bundle.Apart((Exclusion("2026/0000003", "2026/0000001", "Doppia"),))
    return json.loads(ranking_bundle.build(grid, "bb" * 32, entries, envelopes, apart))


CONTENT = content()


def parts(content=CONTENT, firms=FIRMS, uneven=UNEVEN):
    return ranking_parts.parts(content, firms, uneven)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("requested", 1),
        ("points", {"A": "1", "B": "1", "C": "1"}),
        ("total", "1"),
        ("failed", ["total"]),
        ("position", 7),
        ("decided_by", "sent_first"),
        ("state", "below"),
        ("granted", 3),
    ],
)
def test_what_a_row_says_belongs_to_the_part_of_its_application(name, value):
    other = copy.deepcopy(CONTENT)
    other["ranking"][1][name] = value
    before, now = parts(CONTENT), parts(other)
    code = other["ranking"][1]["code"]
    assert [part for part in now if now[part] != before[part]] == [f"row-{code}"]


def test_the_totals_are_a_part_and_no_name_has_a_blank():
    other = {**CONTENT, "granted": 1}
    before, now = parts(CONTENT), parts(other)
    assert [part for part in now if now[part] != before[part]] == ["totals"]
    assert all(" " not in part for part in now) and len(now) == 6


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"content": {**CONTENT, "excluded": []}}, "excluded"),
        ({"content": {**CONTENT, "sheets": {**CONTENT["sheets"], "dismissed": 3}}}, "sheets"),
        ({"uneven": []}, "uneven"),
        ({"firms": {**FIRMS, "2026/0000002": "Altra"}}, "row-2026/0000002"),
    ],
)
def test_what_stands_apart_has_parts_of_its_own(changed, part):
    before, now = parts(), parts(**changed)
    assert [name for name in now if now[name] != before[name]] == [part]


def test_parts_have_names_also_those_that_are_gone():
    assert str(named(FIRMS, "row-2026/0000002")) == "Impresa 2 (2026/0000002)"
    assert str(named(FIRMS, "row-2026/0000099")) == "la domanda 2026/0000099"
    assert str(named(FIRMS, "totals")) == "i totali"
