"""The commission at work: envelopes opened, conflicts declared, sheets sent, a ranking."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from calls.commission import declarations, evaluators
from calls.commission.declarations import Declared
from calls.commission.standings import ApplicationKey
from calls.envelopes import openings
from calls.rankings import rankings, trial
from calls.score_sheets import score_sheets, sent_score_sheets
from calls.score_sheets.score_sheets import TypedScore
from calls.tables.applications import Application
from demo import offices
from demo.stage import MAIL, Stage, toml
from kit import clock

MEMBERS = ("davide.pini", "elena.rossi", "chiara.mondini")
LEFT = "chiara.mondini"
LEFT_BECAUSE = "Ha cambiato lavoro e non può più seguire la valutazione."
CRITERIA = "ABCDE"


def build(stage: Stage) -> None:
    """Plan the evaluation of the calls whose deadline has passed, and the first ranking."""
    for key in ("first", "third"):
        _, deadline_at = offices.instants(stage, key)
        stage.plan(deadline_at - timedelta(days=3), partial(_appoint, stage, key))
        opened = stage.on(_day(stage, key, 1), 9, 30)
        stage.plan(opened, partial(_open, stage, key))
        _plan_sheets(stage, key)
    stage.plan(stage.on(_day(stage, "first", 33), 11, 15), partial(_rank, stage))
    # One leaves the commission that is still at work: her sheets count, and it is said.
    stage.plan(stage.now - timedelta(minutes=30), partial(_leave, stage, LEFT))


def _day(stage: Stage, key: str, days: int) -> date:
    """The office's day so many days after a deadline."""
    _, deadline_at = offices.instants(stage, key)
    passed = (clock.to_rome(deadline_at).date() - stage.today).days
    return min(stage.office_day(passed + days, later=True), stage.today - timedelta(days=1))


def _appoint(stage: Stage, key: str, now: datetime) -> None:
    office = stage.acting("lucia.ghisolfi")
    for alias in MEMBERS:
        evaluators.appoint(stage.session, office, stage.calls[key], alias + MAIL, now)
        stage.roles_changed(alias)


def _leave(stage: Stage, alias: str, now: datetime) -> None:
    office = stage.acting("lucia.ghisolfi")
    call_id, person_id = stage.calls["third"], stage.persons[alias]
    evaluators.dismiss(stage.session, office, call_id, person_id, now, reason=LEFT_BECAUSE)
    stage.roles_changed(alias)


def _open(stage: Stage, key: str, now: datetime) -> None:
    office = stage.acting("lucia.ghisolfi")
    openings.open_envelopes(stage.session, office, stage.calls[key], now)


def _plan_sheets(stage: Stage, key: str) -> None:
    """Some sheets a day, from the day after the opening, each evaluator at other hours."""
    told = toml(f"{key}_call")["application"]
    opened = _day(stage, key, 1)
    for seat, alias in enumerate(MEMBERS):
        for number, one in enumerate(told):
            if sheet := one.get("marks", ())[seat : seat + 1]:
                day = min(opened + timedelta(days=number // 2 + 1), stage.today - timedelta(days=1))
                when = stage.on(day, 10 + 4 * (number % 2) + seat, 7 * number % 60)
                stage.plan(when, partial(_judge, stage, key, alias, one, sheet[0]))


def _judge(
    stage: Stage, key: str, alias: str, told: dict[str, Any], sheet: str, now: datetime
) -> None:
    """Declare, then mark: "conflict family" abstains, a dash is a mark still missing."""
    actor = stage.acting(alias)
    at = ApplicationKey(stage.calls[key], _application(stage, key, told["alias"]))
    if sheet.startswith("conflict"):
        _, kind, note = sheet.split(" ", 2)
        declarations.declare(stage.session, actor, at, Declared(kind, note), now)
        return
    declarations.declare(stage.session, actor, at, Declared("none"), now - timedelta(minutes=40))
    if sheet == "declared":
        return
    marks = dict(zip(CRITERIA, sheet.split(), strict=True))
    typed = {
        code: TypedScore(mark, _reason(code, mark, told))
        for code, mark in marks.items()
        if mark != "-"
    }
    score_sheets.save(stage.session, actor, at, typed, now - timedelta(minutes=5))
    if len(typed) == len(CRITERIA):
        sent_score_sheets.send(stage.session, actor, at, now)


def _reason(code: str, mark: str, told: dict[str, Any]) -> str:
    """Why this mark: the remark made on this application, or the one for the mark."""
    remarks: dict[str, str] = toml("remarks")[code]
    return str(told.get("remarks", {}).get(code) or remarks.get(mark, ""))


def _application(stage: Stage, key: str, alias: str) -> int:
    return stage.session.execute(
        select(Application.id).where(
            Application.call_id == stage.calls[key],
            Application.person_id == stage.persons[alias],
        )
    ).scalar_one()


def _rank(stage: Stage, now: datetime) -> None:
    office = stage.acting("lucia.ghisolfi")
    trial.begin(stage.session, office, stage.calls["first"], now - timedelta(minutes=20))
    rankings.publish(stage.session, office, stage.calls["first"], now)
