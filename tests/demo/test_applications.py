"""Who applied: drafts typed over days and sent in time, one draft still open and one too late."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from calls.tables.applications import Application, Attachment, FileInspection, Submission
from demo import applications, offices
from demo.stage import toml
from kit.words import text
from tests.demo.days import MOMENTS, on


def planned(stage):
    """What was planned: instant, name of the act, and what it is called with."""
    return [(when, act.func.__name__, act.args) for when, _, act in stage._planned]


@pytest.mark.parametrize("now", MOMENTS[::3], ids=str)
def test_everything_an_applicant_does_lies_between_opening_and_deadline(now):
    stage = on(now)
    applications.build(stage)
    acts = planned(stage)
    for key in offices.CALLS:
        opens_at, deadline_at = offices.instants(stage, key)
        mine = [(when, name) for when, name, args in acts if args[1] == key]
        assert mine
        for when, name in mine:
            assert opens_at < when <= now, (key, name)
            assert when < deadline_at, (key, name)


def test_each_begins_types_three_times_and_sends_in_that_order():
    stage = on(MOMENTS[0])
    applications.build(stage)
    for key in offices.CALLS:
        for one in toml(f"{key}_call")["application"]:
            mine = sorted(
                (when, name)
                for when, name, args in planned(stage)
                if args[1] == key and one["alias"] in (args[2], args[2:3] and _alias(args[2]))
            )
            names = [name for _, name in mine]
            assert names == ["_start", "_type", "_type", "_type", "_send"], one["alias"]


def _alias(told):
    return told["alias"] if isinstance(told, dict) else told


def test_the_plan_is_the_same_whenever_it_is_made():
    def told():
        stage = on(MOMENTS[0])
        applications.build(stage)
        return [(when, name, args[1:]) for when, name, args in planned(stage)]

    assert told() == told()


def test_what_is_told_of_a_call_is_sent_and_the_draft_is_not(staffed):
    offices.build(staffed)
    applications.build(staffed)
    staffed.play()
    session = staffed.session
    for key, call_id in staffed.calls.items():
        aliases = [one["alias"] for one in toml(f"{key}_call")["application"]]
        query = (
            select(Application.person_id, Submission.received_at, Application.created_at)
            .join(Submission, Submission.application_id == Application.id)
            .where(Application.call_id == call_id, Application.state == "submitted")
        )
        rows = session.execute(query).all()
        assert {row.person_id for row in rows} == {staffed.persons[alias] for alias in aliases}
        _, deadline_at = offices.instants(staffed, key)
        assert all(row.created_at < row.received_at < deadline_at for row in rows)
        assert all(row.received_at < staffed.now for row in rows)
    drafts = select(Application).where(Application.state == "draft")
    found = {draft.call_id: draft for draft in session.scalars(drafts)}
    assert set(found) == {staffed.calls["second"], staffed.calls["third"]}
    for key, alias in (("second", "sara.zanotti"), ("third", "ilenia.fappani")):
        draft, (_, deadline_at) = found[staffed.calls[key]], offices.instants(staffed, key)
        assert draft.person_id == staffed.persons[alias]
        until = min(deadline_at, staffed.now)
        assert until - timedelta(days=4) < draft.created_at < draft.saved_at < until


def test_the_file_of_a_draft_is_looked_through_and_none_waits(staffed):
    offices.build(staffed)
    applications.build(staffed)
    staffed.play()
    states = select(Attachment.filename, FileInspection.state).join(
        FileInspection, FileInspection.attachment_id == Attachment.id
    )
    assert staffed.session.execute(states).all() == [("preventivo-vasche.pdf", "opens")]


def test_who_never_began_has_no_application(staffed):
    offices.build(staffed)
    staffed.play()
    with pytest.raises(LookupError, match=r"paola\.galli has no application in the first call"):
        applications._mine(staffed, "first", "paola.galli")


@pytest.mark.parametrize("key", ["first", "second"])
def test_some_applicants_type_a_list_as_the_pages_show_one(key):
    """Whoever judges the first call, and who looks at an open one, meets one."""
    told = [one["customers"] + "\n" + one["reach"] for one in toml(f"{key}_call")["application"]]
    lists = [lines for typed in told for kind, lines in text.blocks(typed) if kind == "ul"]
    assert lists and all(len(lines) > 1 for lines in lists)
