"""Whether what is kept of opened applications is what was sent: asked by the checks."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.envelopes import openings
from calls.tables.applications import Application, Submission
from calls.tables.envelopes import OpenedApplication


class AsSent(NamedTuple):
    """An opened application, the tax code that was sent with it, and what is kept otherwise."""

    call_id: int
    code: str
    tax_code: str
    differs: tuple[str, ...]


def of_all(session: Session) -> Iterator[AsSent]:
    """Read every opened application's content again, by call and code."""
    for row in session.execute(_ALL.execution_options(yield_per=200)):
        kept, sent = row[0], row[1]
        try:
            said = openings.as_opened(kept.call_id, sent)
            differs = [name for name in _NAMES if getattr(kept, name) != said[name]]
            if json.loads(sent.content)["person"]["id"] != row[2]:
                differs.append("person")
        except (ValueError, KeyError, TypeError):
            said, differs = {"tax_code": ""}, ["content"]
        yield AsSent(kept.call_id, kept.code, said["tax_code"], tuple(differs))


def ranked_twice(content: str, tax_codes: Mapping[str, str]) -> list[str]:
    """Name the applications of one tax code that have a row each in a ranking's content.

    `tax_codes` are by the application's code. What cannot be read has none.
    """
    try:
        codes = [line["code"] for line in json.loads(content)["ranking"]]
    except (ValueError, KeyError, TypeError):
        return []
    of: dict[str, list[str]] = defaultdict(list)
    for code in sorted(codes):
        of[tax_codes.get(code) or code].append(code)
    return [", ".join(them) for them in of.values() if len(them) > 1]


_NAMES = ("code", "firm", "tax_code", "requested")
_ALL: Any = (
    select(OpenedApplication, Submission, Application.person_id)
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .join(Application, Application.id == OpenedApplication.application_id)
    .order_by(OpenedApplication.call_id, OpenedApplication.code)
)
