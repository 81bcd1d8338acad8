"""Documents for people: a Jinja template becomes one PDF/A-3a and PDF/UA-1 file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kit.http import templates
from kit.sandbox import Limits, Sandbox
from kit.words import text

# CPU is about 3 ms a table cell; a letter takes 0.2 s. Lists above 200 rows are a job.
LETTER = Limits(memory_mib=1024, cpu_s=20, wall_s=40, result_mib=16, file_mib=16)
LIST = Limits(memory_mib=2048, cpu_s=180, wall_s=300, result_mib=64, file_mib=64)

_RELATIONSHIPS = frozenset({"Source", "Data", "Alternative", "Supplement"})
_sandbox = Sandbox("kit.paper.printer:print_pdf")


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF: its name, what it is for a reader, its bytes.

    `relationship` says how it relates to the page (ISO 32000-2, 7.11.3): Source, Data,
    Alternative or Supplement.
    """

    name: str
    description: str
    content: bytes
    relationship: str = "Data"


def render(
    template_name: str,
    context: Mapping[str, Any],
    *,
    locale: str = "it",
    attachments: Sequence[Attachment] = (),
    created: datetime | None = None,
    limits: Limits = LETTER,
) -> bytes:
    """Render a template under templates/ to a PDF for archive and screen reader alike.

    Give `created` (an instant) where the same content must always be the same bytes. Not
    for use inside a transaction: it takes from 0.2 s to minutes. Raises LimitReached when
    the document needs more than its `limits`.
    """
    previous = text.locale.set(locale)
    try:
        html = templates.environment().get_template(template_name).render(context)
    finally:
        text.locale.reset(previous)
    return from_html(html, attachments=attachments, created=created, limits=limits)


def from_html(
    html: str,
    *,
    attachments: Sequence[Attachment] = (),
    created: datetime | None = None,
    limits: Limits = LETTER,
) -> bytes:
    """Print finished HTML; nothing it names is fetched except our own typefaces and mark."""
    for attachment in attachments:
        if attachment.relationship not in _RELATIONSHIPS:
            raise ValueError(f"unknown relationship {attachment.relationship!r}")
    files = [(a.name, a.description, a.relationship, a.content) for a in attachments]
    instant = (created or datetime.now(UTC)).astimezone(UTC)
    return _sandbox.run(limits, html, files, instant)
