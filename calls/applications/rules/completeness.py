"""What still keeps an application from being sent, named in words, and how far each page is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from calls.applications.rules import application_form, business_plan, eligibility
from calls.applications.rules.application_sections import Section, sections
from calls.texts.rules import lacks as counted_lacks
from calls.texts.rules.call_content import CallContent
from kit.errors import Message, Refused

TaskState = Literal["empty", "started", "complete"]


@dataclass(frozen=True)
class Lack:
    """One thing to mend before sending: where, which field, and what to do about it.

    It is `typed` where something stands in the field: then it is wrong, not missing. `of_sum`
    is what several fields come to, so that what others still lack may mend it.
    """

    section: str
    field: str
    label: Message | None
    message: Message
    typed: bool
    of_sum: bool = False


@dataclass(frozen=True)
class Task:
    """One line of the task list: a page, its state, and what stops the sending there."""

    section: Section
    state: TaskState
    lacks: tuple[Lack, ...]

    @property
    def said(self) -> Message:
        """What is missing and what is wrong there, in words; needs something that is."""
        return told(self.lacks)


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
            name, typed = field.name, bool(values.get(field.name, "").strip())
            if name in errors:
                lacks.append(Lack(section.code, name, field.label, errors[name], typed))
            elif name in unmet:
                lacks.append(Lack(section.code, name, None, unmet[name], typed))
            elif name in blocking:
                lacks.append(Lack(section.code, name, None, blocking[name], typed, of_sum=True))
    return tuple(lacks)


def told(lacks: Sequence[Lack]) -> Message:
    """Say how many things are missing and how many are wrong; needs at least one."""
    wrong = sum(lack.typed for lack in lacks)
    return counted_lacks.told(len(lacks) - wrong, wrong)


def wrong(content: CallContent, section: Section, values: Mapping[str, str]) -> dict[str, Message]:
    """Say what stands beside the fields of a page: what is written there and stops the sending.

    Field name to sentence. What does not add up waits until nothing of the page is missing.
    """
    here = [lack for lack in missing(content, values) if lack.section == section.code]
    begun = any(not lack.typed for lack in here)
    return {lack.field: lack.message for lack in here if lack.typed and not (lack.of_sum and begun)}


def check(lacks: Sequence[Lack]) -> None:
    """Raise Refused while something stops the sending, naming the first."""
    if lacks:
        raise Refused(
            "Non si può ancora inviare: {lacks}. La prima: {first}",
            lacks=told(lacks),
            first=lacks[0].message,
        )


def tasks(content: CallContent, values: Mapping[str, str]) -> tuple[Task, ...]:
    """Say how far each page is: nothing typed, begun, or complete."""
    lacks = missing(content, values)
    return tuple(
        _task(section, values, tuple(lack for lack in lacks if lack.section == section.code))
        for section in sections(content)
    )


def _task(section: Section, values: Mapping[str, str], lacks: tuple[Lack, ...]) -> Task:
    if not lacks:
        return Task(section, "complete", ())
    typed = any(values.get(field.name, "").strip() for field in section.fields)
    return Task(section, "started" if typed else "empty", lacks)
