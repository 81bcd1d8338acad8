"""The content of an application as it is sent: one plain value, hashed in canonical bytes.

Holds what was typed, what it was read as (cents, judged rules), the version of the call it
answers and the hash of each file, so that it can be understood and checked on its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calls.applications.rules import business_plan, eligibility
from calls.applications.rules.application_sections import Field, sections
from calls.texts.rules.call_content import CallContent
from kit import codes, spelled

FORMAT = "farelegami.application.1"


@dataclass(frozen=True)
class SentFile:
    """An attachment as it was hashed at its upload."""

    filename: str
    size: int
    sha256: str


@dataclass(frozen=True)
class AnsweredCall:
    """The version of the call an application answers."""

    call_id: int
    number: int
    sha256: str
    content: CallContent


def build(
    call: AnsweredCall,
    application_id: int,
    person: Mapping[str, Any],
    values: Mapping[str, str],
    files: Iterable[SentFile],
) -> dict[str, Any]:
    """Put together what is sent. `person` names the applicant (id, name, email)."""
    fields = {
        field.name: _sent(field, values[field.name])
        for section in sections(call.content)
        for field in section.fields
        if values.get(field.name, "").strip()
    }
    return {
        "format": FORMAT,
        "call": {"id": call.call_id, "version": call.number, "sha256": call.sha256},
        "application": application_id,
        "person": dict(person),
        "fields": fields,
        "eligibility": [
            {"rule": outcome.rule, "met": outcome.met}
            for outcome in eligibility.outcomes(call.content, fields)
        ],
        "plan": plan_plain(business_plan.read(fields)),
        "attachments": [
            {"filename": file.filename, "size": file.size, "sha256": file.sha256}
            for file in sorted(files, key=lambda file: (file.filename, file.sha256))
        ],
    }


def _sent(field: Field, typed: str) -> str:
    """What is sent of a field: what was typed, a line in one line; a tax code as it is kept."""
    if field.kind == "area":
        return typed.replace("\r\n", "\n").strip()
    found = codes.person_tax_code(typed) if field.kind == "tax_code" else None
    return found if isinstance(found, str) else spelled.one_line(spelled.visible(typed))


def plan_plain(plan: business_plan.Plan) -> dict[str, Any]:
    """The plan in cents with its computed results, as plain values."""
    return {
        "investments": [
            {
                "what": line.what,
                "category": line.category,
                "amount": line.amount,
                "eligible": line.eligible,
            }
            for line in plan.investments
        ],
        "uses": {"investments": plan.invested, **plan.uses},
        "uses_total": plan.uses_total,
        "sources": plan.sources,
        "sources_total": plan.sources_total,
        "eligible": plan.eligible,
        "requested": plan.requested,
        "years": [
            {
                "year": year.number,
                "revenues": year.revenues,
                "costs": year.costs,
                "revenue": year.revenue,
                "operating_margin": year.operating_margin,
                "operating_result": year.operating_result,
                "result": year.result,
            }
            for year in plan.years
        ],
    }
