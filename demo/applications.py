"""Who applied to the demo's calls: drafts typed over days, sent in time, or left a draft."""

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from calls.applications import attachments, drafts, inspections, submissions
from demo import offices, papers
from demo.business_plans import fields
from demo.stage import Stage, toml
from kit.http.forms import Upload

# A draft is typed page by page: which fields come at which sitting.
_SITTINGS = (
    ("first", "last", "birth", "tax", "munic", "addr", "phone", "firm", "declaration", "idea"),
    ("market", "investment"),
    ("use", "source", "y1", "y2", "y3"),
)


def build(stage: Stage) -> None:
    """Plan every application of the three calls."""
    declarations = len(toml("calls")["common"]["declarations"])
    for key in offices.CALLS:
        opens_at, deadline_at = offices.instants(stage, key)
        until = min(deadline_at, stage.now) - timedelta(hours=2)
        told = toml(f"{key}_call")
        told_first = sorted(told["application"], key=lambda one: Random(one["alias"]).random())
        for number, one in enumerate(told_first):
            rng = Random(f"{key} {one['alias']}")
            span = (until - opens_at) * (number + 1) / (len(told["application"]) + 1)
            started = opens_at + span * rng.uniform(0.3, 0.6)
            values = fields(one, declarations)
            _plan(stage, key, one, values, (started, opens_at + span))
        if "draft" in told:
            _plan_draft(stage, key, told["draft"], min(deadline_at, stage.now))


def _plan(
    stage: Stage,
    key: str,
    told: dict[str, Any],
    values: dict[str, str],
    span: tuple[datetime, datetime],
) -> None:
    started, sent = span
    sittings = [
        {name: value for name, value in values.items() if name.startswith(starts)}
        for starts in _SITTINGS
    ]
    stage.plan(started, partial(_start, stage, key, told))
    for number, sitting in enumerate(sittings):
        when = started + (sent - started) * (number + 1) / (len(sittings) + 1)
        stage.plan(when, partial(_type, stage, key, told["alias"], sitting))
    stage.plan(sent, partial(_send, stage, key, told["alias"]))


def _plan_draft(stage: Stage, key: str, told: dict[str, Any], until: datetime) -> None:
    started = until - timedelta(days=3, hours=1)
    stage.plan(started, partial(_start, stage, key, told))
    for hours, starts in ((70, _SITTINGS[0]), (20, _SITTINGS[1]), (19, _SITTINGS[2])):
        sitting = {n: v for n, v in told["fields"].items() if n.startswith(starts)}
        when = until - timedelta(hours=hours)
        stage.plan(when, partial(_type, stage, key, told["alias"], sitting))
    if "file" in told:
        stage.plan(until - timedelta(hours=18), partial(_attach, stage, key, told))


def _start(stage: Stage, key: str, told: dict[str, Any], now: datetime) -> None:
    stage.person(told["alias"], told["name"], now)
    actor = stage.acting(told["alias"])
    drafts.start(stage.session, actor, stage.calls[key], now)


def _type(stage: Stage, key: str, alias: str, values: dict[str, str], now: datetime) -> None:
    actor = stage.acting(alias)
    drafts.set_fields(stage.session, actor, _mine(stage, key, alias), values, now)


def _attach(stage: Stage, key: str, told: dict[str, Any], now: datetime) -> None:
    """Attach a file, and see in the same breath that it opens: it is our own."""
    file = Upload(told["file"]["name"], "application/pdf", papers.page(told["file"]["lines"]))
    mine = stage.acting(told["alias"]), _mine(stage, key, told["alias"])
    kept = attachments.add(stage.session, *mine, file, now)
    inspections.settle(stage.session, kept.id, None, now)


def _send(stage: Stage, key: str, alias: str, now: datetime) -> None:
    submissions.submit(stage.session, stage.acting(alias), _mine(stage, key, alias), now)


def _mine(stage: Stage, key: str, alias: str) -> int:
    found = drafts.find(stage.session, stage.acting(alias), stage.calls[key])
    if found is None:
        raise LookupError(f"{alias} has no application in the {key} call")
    return found.id
