"""The commission at work: appointed, opening, declaring and marking, each on its day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from calls.commission import evaluators
from calls.commission.declarations import KINDS
from calls.envelopes import doubles
from calls.score_sheets.rules import scoring
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from calls.tables.score_sheets import ScoreSheet
from calls.texts.rules import call_form
from demo import applications, commission, offices
from demo.stage import toml
from kit.clock import to_rome
from tests.demo.days import MOMENTS, on


def planned(stage):
    return [(when, act.func.__name__, act.args) for when, _, act in stage._planned]


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_envelopes_open_after_the_deadline_and_sheets_follow_by_day(now):
    stage = on(now)
    commission.build(stage)
    for key in ("first", "third"):
        _, deadline_at = offices.instants(stage, key)
        acts = [(when, name) for when, name, args in planned(stage) if args[1:2] == (key,)]
        ((appointed, _),) = [act for act in acts if act[1] == "_appoint"]
        ((opened, _),) = [act for act in acts if act[1] == "_open"]
        sheets = [when for when, name in acts if name == "_judge"]
        assert appointed < deadline_at < opened
        assert to_rome(opened).weekday() < 5 or opened > now - timedelta(days=2)
        for when in sheets:
            # What is declared comes forty minutes before what is marked.
            assert opened < when - timedelta(minutes=40)
            assert 10 <= to_rome(when).hour < 18
    ranked = [when for when, name, _ in planned(stage) if name == "_rank"]
    last = max(when for when, name, args in planned(stage) if args[1:2] == ("first",))
    assert len(ranked) == 1 and last < ranked[0] <= now


def test_every_sheet_told_is_a_conflict_a_declaration_or_a_mark_for_each_criterion():
    for key in ("first", "third"):
        opens_at, deadline_at = offices.instants(on(MOMENTS[0]), key)
        content = call_form.read(offices._values(key, opens_at, deadline_at))
        for one in toml(f"{key}_call")["application"]:
            assert len(one["marks"]) <= len(commission.MEMBERS)
            for sheet in one["marks"]:
                if sheet.startswith("conflict"):
                    _, kind, note = sheet.split(" ", 2)
                    assert kind in set(KINDS) - {"none"} and note
                elif sheet != "declared":
                    _check_marks(content, one, sheet.split())


def _check_marks(content, told, marks):
    assert [criterion.code for criterion in content.criteria] == list(commission.CRITERIA)
    for criterion, mark in zip(content.criteria, marks, strict=True):
        if mark == "-":
            continue
        read = scoring.check_mark(criterion, mark)
        if scoring.needs_motivation(criterion, read):
            assert commission._reason(criterion.code, mark, told), (told["alias"], criterion.code)


def test_the_first_call_is_marked_by_everybody_who_may():
    for one in toml("first_call")["application"]:
        whole = [sheet for sheet in one["marks"] if "-" not in sheet and sheet != "declared"]
        assert len(whole) == len(commission.MEMBERS), one["alias"]


def test_a_remark_on_an_application_comes_before_that_for_the_mark():
    told = {"remarks": {"D": "Manca il preventivo."}}
    assert commission._reason("D", "2", told) == "Manca il preventivo."
    assert commission._reason("D", "2", {}) == toml("remarks")["D"]["2"] != ""
    assert commission._reason("A", "2", told) == toml("remarks")["A"]["2"]
    assert commission._reason("A", "0", {}) == ""


@pytest.fixture
def opened(staffed):
    """The third call with its applications, its commission and its envelopes open."""
    offices.build(staffed)
    applications.build(staffed)
    _, deadline_at = offices.instants(staffed, "third")
    staffed.plan(
        deadline_at - timedelta(days=1), lambda now: commission._appoint(staffed, "third", now)
    )
    staffed.plan(
        deadline_at + timedelta(hours=1), lambda now: commission._open(staffed, "third", now)
    )
    staffed.play()
    return staffed


def sheet_of(stage, alias, told):
    application_id = commission._application(stage, "third", told["alias"])
    mine = ScoreSheet.application_id == application_id
    query = select(ScoreSheet.state, ScoreSheet.given)
    return stage.session.execute(
        query.where(mine, ScoreSheet.evaluator_id == stage.persons[alias])
    ).one_or_none()


def test_a_commission_opens_and_each_sheet_becomes_what_is_told_of_it(opened):
    session, call_id = opened.session, opened.calls["third"]
    members = [person.email for person in evaluators.commission(session, call_id)]
    assert sorted(email.partition("@")[0] for email in members) == sorted(commission.MEMBERS)
    told = toml("third_call")["application"]
    found = session.scalars(
        select(OpenedApplication.application_id).where(OpenedApplication.call_id == call_id)
    )
    assert len(found.all()) == len(told)
    who, now = commission.MEMBERS[0], opened.now
    for one, sheet, becomes in (
        (told[0], "8 8 6 6 10", ("sent", 5)),
        (told[1], "8 - 6 - 8", ("draft", 3)),
        (told[2], "declared", None),
        (told[3], "conflict family Mio suocero.", None),
    ):
        commission._judge(opened, "third", who, one, sheet, now)
        found_sheet = sheet_of(opened, who, one)
        assert (None if found_sheet is None else tuple(found_sheet)) == becomes, sheet
    declared = select(ConflictDeclaration.kind, ConflictDeclaration.note)
    rows = session.execute(declared.order_by(ConflictDeclaration.id)).all()
    assert [tuple(row) for row in rows] == [("none", "")] * 3 + [("family", "Mio suocero.")]


def test_a_sheet_of_too_few_marks_is_an_error(opened):
    told = toml("third_call")["application"][0]
    with pytest.raises(ValueError, match="zip"):
        commission._judge(opened, "third", commission.MEMBERS[0], told, "8 8 6", opened.now)


def test_of_a_double_from_two_accounts_a_conflict_takes_both_and_the_sheet_that_was_sent(opened):
    session, call_id = opened.session, opened.calls["third"]
    told = {one["alias"]: one for one in toml("third_call")["application"]}
    both = [told["rosanna.cigoli"], told["lavanderia.boschetto"]]
    elena = commission.MEMBERS[1]
    for one in both:
        commission._judge(opened, "third", elena, one, one["marks"][1], opened.now)
    declared = select(ConflictDeclaration.kind).where(
        ConflictDeclaration.evaluator_id == opened.persons[elena]
    )
    kinds = session.scalars(declared.order_by(ConflictDeclaration.id)).all()
    assert kinds == ["none", "work", "double"]
    assert tuple(sheet_of(opened, elena, both[0])) == ("sent", 5)
    (double,) = doubles.of_call(session, call_id)
    assert double.waits and double.of_several
