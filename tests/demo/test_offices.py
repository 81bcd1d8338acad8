"""The office's calls: their days whenever the demo is built, their texts, their publication."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from calls.tables.texts import Call
from calls.texts import published
from calls.texts.rules import call_form
from demo import offices
from demo.stage import toml
from kit.clock import to_rome
from tests.demo.days import MOMENTS, on


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_two_calls_are_over_one_is_open_and_offices_open_and_close_on_office_days(now):
    stage = on(now)
    found = {key: offices.instants(stage, key) for key in offices.CALLS}
    for key, (opens_at, deadline_at) in found.items():
        assert opens_at < deadline_at and opens_at < now
        assert (deadline_at > now) is (key == "second")
        local = to_rome(opens_at)
        assert (local.hour, local.minute) == (9, 0) and local.weekday() < 5
    for key in ("first", "third"):
        local = to_rome(found[key][1])
        assert (local.hour, local.minute) == (12, 0) and local.weekday() < 5
    assert to_rome(found["second"][1]).strftime("%H:%M") == "23:59"


@pytest.mark.parametrize("now", MOMENTS[::5], ids=str)
def test_the_publication_of_every_call_can_be_planned(now):
    stage = on(now)
    for key in offices.CALLS:
        opens_at, _ = offices.instants(stage, key)
        stage.plan(opens_at - timedelta(days=2), lambda _now: None)


@pytest.mark.parametrize("key", offices.CALLS)
def test_the_text_of_a_call_is_one_the_form_accepts(key):
    opens_at, deadline_at = offices.instants(on(MOMENTS[0]), key)
    values = offices._values(key, opens_at, deadline_at)
    assert set(values) <= set(call_form.names())
    content = call_form.read(values)
    common, own = toml("calls")["common"], toml("calls")[key]
    assert content.title == own["title"]
    assert content.opens_at == opens_at
    assert content.deadline_at == deadline_at
    assert [line.name for line in content.criteria] == [one["name"] for one in common["criteria"]]
    assert len(content.eligibility.declarations) == len(common["declarations"])
    assert content.tie_breaks == tuple(common["tie_breaks"])


def test_they_are_published_by_the_office_before_they_open(staffed):
    offices.build(staffed)
    assert staffed.play() == 3
    assert list(staffed.calls) == ["first", "third", "second"]
    office = staffed.persons["lucia.ghisolfi"]
    for key, call_id in staffed.calls.items():
        opens_at, deadline_at = offices.instants(staffed, key)
        call = published.of_call(staffed.session, call_id)
        assert timedelta(0) < opens_at - call.published_at < timedelta(days=2)
        assert (call.content.opens_at, call.content.deadline_at) == (opens_at, deadline_at)
    assert set(staffed.session.scalars(select(Call.created_by))) == {office}
