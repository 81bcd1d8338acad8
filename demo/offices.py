"""The office's calls: one ranked, one open, one being evaluated; with their full texts."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from calls.texts import drafts
from calls.texts.rules import call_form
from demo.stage import Stage, toml
from kit.clock import to_rome
from people.roles import OFFICE

CALLS = ("first", "second", "third")


def build(stage: Stage) -> None:
    """Plan the publication of the three calls."""
    since = stage.at(-130, 9)
    stage.grant("lucia.ghisolfi", OFFICE, ("calls", 0), since)
    for key in CALLS:
        opens_at, deadline_at = instants(stage, key)
        published = opens_at - timedelta(days=2, hours=-1, minutes=-40)
        stage.plan(published, partial(_publish, stage, key, (opens_at, deadline_at)))


def instants(stage: Stage, key: str) -> tuple[datetime, datetime]:
    """When a call opens (at nine) and when it ends (at noon, or at the end of the day)."""
    told = toml("calls")[key]
    opens_at = stage.on(stage.office_day(told["opens"], later=False), 9)
    if told["deadline"] > 0:
        return opens_at, stage.at(told["deadline"], 23, 59)
    return opens_at, stage.on(stage.office_day(told["deadline"], later=False), 12)


def _publish(stage: Stage, key: str, instants: tuple[datetime, datetime], now: datetime) -> None:
    office = stage.acting("lucia.ghisolfi")
    values = _values(key, *instants)
    call = drafts.start(stage.session, office, values, now)
    drafts.publish(stage.session, office, call.id, now)
    stage.calls[key] = call.id


def _values(key: str, opens_at: datetime, deadline_at: datetime) -> dict[str, str]:
    """The call as the office types it, field by field."""
    told = toml("calls")
    common, own = told["common"], told[key]
    values = {
        name: value
        for name, value in (common | own).items()
        if isinstance(value, str) and name in call_form.names()
    }
    values |= {
        "opens_at": _local(opens_at),
        "deadline_at": _local(deadline_at),
        "age_from": "18",
        "age_on": to_rome(deadline_at).date().isoformat(),
    }
    sections = common["sections"] | own["sections"]
    values |= {f"section-{code}": text.strip() for code, text in sections.items()}
    for row, (text, article) in enumerate(common["declarations"], start=1):
        values |= {f"declaration-{row}-text": text, f"declaration-{row}-article": article}
    for row, key_ in enumerate(common["tie_breaks"], start=1):
        values[f"tie_break-{row}"] = key_
    for row, criterion in enumerate(common["criteria"], start=1):
        values |= _criterion(f"criterion-{row}", criterion)
    return values


def _criterion(prefix: str, told: dict[str, Any]) -> dict[str, str]:
    return {
        f"{prefix}-name": told["name"],
        f"{prefix}-weight": told["weight"],
        f"{prefix}-maximum": "10",
        f"{prefix}-minimum": told.get("minimum", ""),
        f"{prefix}-operator": ">=",
        f"{prefix}-motivation": told.get("motivation", ""),
        f"{prefix}-rubric": told["rubric"].strip(),
    }


def _local(instant: datetime) -> str:
    return to_rome(instant).strftime("%Y-%m-%dT%H:%M")
