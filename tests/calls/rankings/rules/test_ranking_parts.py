"""A ranking part by part, as its preview shows it."""

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from calls.rankings.rules import ranking_bundle
from calls.rankings.rules.ranking import Candidate
from calls.rankings.rules.ranking_parts import named, parts
from calls.texts.rules.call_form import read
from tests.calls.examples import call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def content():
    call = read(call_values(NOW))
    sheet = {code: Decimal(8) for code in "ABC"}
    entries = [
        Candidate(f"2026/000000{n}", (2026, n), NOW + timedelta(hours=n), 500_000, (sheet, sheet))
        for n in (1, 2)
    ]
    envelopes = {entry.code: "aa" * 32 for entry in entries}
    return json.loads(ranking_bundle.build(call, "bb" * 32, entries, envelopes))


CONTENT = content()


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
    assert [part for part in now if now[part] != before[part]] == ["rest"]
    assert all(" " not in part for part in now) and len(now) == 3


def test_parts_have_names_also_those_that_are_gone():
    assert str(named("row-2026/0000099")) == "la domanda 2026/0000099"
    assert str(named("rest")) == "le somme, le regole o le domande escluse"
