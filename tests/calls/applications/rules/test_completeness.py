"""What still keeps an application from being sent."""

from datetime import UTC, datetime

import pytest

from calls.applications.rules import completeness
from calls.applications.rules.completeness import missing, tasks
from calls.texts.rules.call_form import read as read_call
from kit.errors import Refused
from tests.calls.examples import application_values, call_values

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = read_call(call_values(NOW))


def test_an_empty_draft_names_every_page_as_missing():
    assert {task.state for task in tasks(CALL, {})} == {"empty"}
    assert tasks(CALL, {"first_name": "Giulia"})[0].state == "started"
    sections = {lack.section for lack in missing(CALL, {})}
    assert len(sections) == 7


def test_residence_outside_the_province_and_an_unticked_statement_stop_the_sending():
    lacks = {lack.field for lack in missing(CALL, application_values(municipality="017029"))}
    assert lacks == {"municipality"}
    lacks = {lack.field for lack in missing(CALL, application_values(**{"declaration-D2": ""}))}
    assert lacks == {"declaration-D2"}


def test_a_whole_application_may_go():
    assert missing(CALL, application_values()) == ()
    completeness.check(())
    assert {task.state for task in tasks(CALL, application_values())} == {"complete"}


def test_the_refusal_counts_and_names_the_first():
    lacks = missing(CALL, application_values(first_name="", idea_what=""))
    with pytest.raises(Refused, match="in tutto 2") as refused:
        completeness.check(lacks)
    assert str(lacks[0].message) in str(refused.value)


def test_one_field_has_one_reason_and_pages_say_how_many():
    values = application_values(source_own="1", idea_what="")
    lacks = missing(CALL, values)
    assert len({lack.field for lack in lacks}) == len(lacks)
    states = {task.section.code: (task.state, task.lacks) for task in tasks(CALL, values)}
    assert states["idea"] == ("started", 1)
    assert states["market"] == ("complete", 0)
