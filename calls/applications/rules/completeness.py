"""What still keeps an application from being sent, named in words, and how far each page is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from calls.applications.rules import application_form, business_plan, eligibility
from calls.applications.rules.application_sections import Section, sections
from calls.texts.rules.call_content import CallContent
from kit.errors import Message, Refused

TaskState = Literal["empty", "started", "complete"]


@dataclass(frozen=True)
class Lack:
    """One thing to mend before sending: where, which field, and what to do about it."""

    section: str
    field: str
    label: Message | None
    message: Message


@dataclass(frozen=True)
class Task:
    """One line of the task list: a page and its state."""

    section: Section
    state: TaskState
    lacks: int


def missing(content: CallContent, values: Mapping[str, str]) -> tuple[Lack, ...]:
    """List everything that stops the sending, page by page (DR-11); empty when it may go.

    Required fields, what cannot be read, rules of eligibility that are not met and checks
    of the business plan that do not add up; one reason for each field, the first.
    """
    blocking = {
        worry.field: worry.message
        for worry in business_plan.worries(content, values)
        if worry.blocking
    }
    unmet = {
        outcome.field: outcome.message
        for outcome in eligibility.outcomes(content, values)
        if not outcome.met and outcome.rule in ("age", "residence")
    }
    lacks: list[Lack] = []
    for section in sections(content):
        errors = application_form.errors(section.fields, values)
        for field in section.fields:
            if field.name in errors:
                lacks.append(Lack(section.code, field.name, field.label, errors[field.name]))
            elif (reason := unmet.get(field.name) or blocking.get(field.name)) is not None:
                lacks.append(Lack(section.code, field.name, None, reason))
    return tuple(lacks)


def check(lacks: Sequence[Lack]) -> None:
    """Raise Refused while something stops the sending, naming the first."""
    if lacks:
        raise Refused(
            "Manca ancora qualcosa, in tutto {count}. La prima: {first}",
            count=len(lacks),
            first=lacks[0].message,
        )


def tasks(content: CallContent, values: Mapping[str, str]) -> tuple[Task, ...]:
    """Say how far each page is: nothing typed, begun, or complete."""
    lacks = missing(content, values)
    return tuple(
        _task(section, values, sum(lack.section == section.code for lack in lacks))
        for section in sections(content)
    )


def _task(section: Section, values: Mapping[str, str], lacks: int) -> Task:
    if lacks == 0:
        return Task(section, "complete", 0)
    typed = any(values.get(field.name, "").strip() for field in section.fields)
    return Task(section, "started" if typed else "empty", lacks)
