"""A page sent back untouched changes nothing: every field reads back as it was shown."""

from typing import Any, cast

import pytest
from sqlalchemy import func, select

from calls.applications import drafts as applications
from calls.applications.rules import application_sections
from calls.score_sheets import score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.texts import Call
from calls.texts import drafts
from calls.texts.rules import call_form
from kit.audit import AuditEvent
from people.tables.persons import Person
from tests import make
from tests.calls import commissions
from tests.calls import make as world
from tests.calls.browsing import press
from tests.calls.examples import RUBRIC, application_values, call_values

ODD = "Due righe,\n\n  la terza rientra: «così» & <b>«no»</b> 'sì' \"no\" > 5 ≥ 5 \\ {x} %s"


def events(session):
    """How many changes are recorded; that an evaluator read something is no change."""
    count = select(func.count()).select_from(AuditEvent)
    return session.scalar(count.where(AuditEvent.action.not_like("%.read")))


def everything(now, **changes):
    """A call in which every field of the form says something, each its own."""
    values = call_values(now)
    for name in call_form.names():
        kind = name.rpartition("-")[2]
        if name.startswith(("section-", "declaration-")):
            values[name] = f"{name}: {ODD}" if kind != "article" else f"art. {name} > 3 & «4»"
        elif name.startswith("criterion-"):
            number = name.split("-")[1]
            values[name] = {
                "name": f"Criterio <{number}> & altro",
                "weight": f"{number},125",
                "maximum": "10",
                "minimum": f"{number},5",
                "operator": ">" if int(number) % 2 else ">=",
                "motivation": "yes" if int(number) % 3 else "",
                "rubric": f"{RUBRIC}\n7,5 = Più che «buono» & > 7",
            }[kind]
    values |= {
        "summary": ODD,
        "title": "Bando «A & B» > di <tutto>",
        "threshold": "36,5",
        "threshold_operator": ">",
        "tie_break-1": "criterion:H",
        "tie_break-4": "lot",
        "tie_break-3": "requested_low",
        "budget_rule": "skip",
        "rounding_step": "total",
        "sheets_of_dismissed": "leave",
    }
    assert set(values) == set(call_form.names())
    return values | changes


HALF = {
    "title": "Solo un titolo",
    "budget": "tanto",
    "deadline_at": "a Natale",
    "opens_at": "1/12/2026 8.30",
    "age_on": "1/2/2027",
    "criterion-7-minimum": "boh",
    "threshold_operator": ">",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"in_province": "", "criterion-2-motivation": ""},
        {"opens_at": "2026-12-01T08:30:15", "deadline_at": "2026-12-24T12:00"},
        {"threshold_operator": ">=", "criterion-1-operator": ">=", "criterion-2-operator": ">"},
        *({"budget_rule": rule} for rule in ("stop", "partial", "skip")),
        *({"tie_break-1": key, "tie_break-2": ""} for key in ("requested_low", "sent_first")),
    ],
    ids=str,
)
def test_the_form_of_a_call_sent_back_untouched_changes_nothing(
    session, client, sign_in, now, changes
):
    author = world.office(session)
    call = drafts.start(session, author, everything(now, **changes), now)
    sign_in(client, session.get(Person, author.person_id))
    unchanged(session, client, call.id)


def test_half_a_draft_sent_back_untouched_changes_nothing(session, client, sign_in, now):
    """What cannot be read stays in its field as it was typed, a date too."""
    author = world.office(session)
    chosen = {name: value for name, value in call_values(now).items() if "operator" in name}
    chosen |= {name: ">=" for name in call_form.names() if name.endswith("-operator")}
    rounding = {"rounding_step": "criterion"}
    call = drafts.start(session, author, {**chosen, **rounding, **HALF}, now)
    sign_in(client, session.get(Person, author.person_id))
    unchanged(session, client, call.id)


def unchanged(session, client, call_id):
    session.commit()
    before = session.get(Call, call_id, populate_existing=True)
    draft, said, count = before.draft, before.updated_at, events(session)
    answer = press(client, f"/office/calls/{call_id}/edit", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    after = session.get(Call, call_id, populate_existing=True)
    assert (after.draft, after.updated_at) == (draft, said)
    assert events(session) == count


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"birth_day": "3/5/1998", "municipality": "elsewhere", "firm_kind": "professional"},
        {"birth_day": "boh", "idea_what": ODD, "source_own": "circa > mille"},
        {
            "declaration-D1": "",
            "investment-4-category": "advice",
            "investment-8-what": "<tutto> & &",
        },
    ],
    ids=str,
)
def test_every_section_of_an_application_sent_back_untouched_changes_nothing(
    session, client, sign_in, now, changes
):
    call, actor = world.call(session), make.actor(session)
    application_id = applications.start(session, actor, call.call_id, now).id
    values = application_values(**changes)
    applications.set_fields(session, actor, application_id, values, now)
    sign_in(client, session.get(Person, actor.person_id))
    session.commit()
    before, count = applications.own(session, actor, application_id), events(session)
    kept = before.application.saved_at
    for section in application_sections.sections(call.content):
        page = f"/applications/{application_id}/sections/{section.code}"
        assert press(client, page, follow_redirects=False).status_code in (200, 303)
    after = applications.own(session, actor, application_id)
    assert (after.values, after.application.saved_at) == (before.values, kept)
    assert events(session) == count


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {
            "A": TypedScore("7,5", ODD),
            "B": TypedScore("", "Senza punteggio > ancora"),
            "C": ("0", ""),
        },
        {code: TypedScore("10", f"{code} & «altro»") for code in "ABC"},
    ],
    ids=["new", "half", "whole"],
)
def test_a_score_sheet_sent_back_untouched_changes_nothing(session, client, sign_in, now, typed):
    found = commissions.world(
        session, **cast(Any, {"criterion-1-rubric": f"{RUBRIC}\n7,5 = Più che buono & > 7"})
    )
    key, me = found.keys[0], found.evaluators[0]
    if typed:
        given = {code: TypedScore(*said) for code, said in typed.items()}
        score_sheets.save(session, me, key, given, now)
    sign_in(client, session.get(Person, me.person_id))
    session.commit()
    count = events(session)
    page = f"/calls/{key.call_id}/evaluations/{key.application_id}"
    before = score_sheets.held(session, me, key)
    answer = press(client, page, f"{page}/marks", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    after = score_sheets.held(session, me, key)
    assert (after.fields, after.saved_at) == (before.fields, before.saved_at)
    assert events(session) == count
