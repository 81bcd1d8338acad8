"""Pages of the house; HANDLERS lists every route."""

from typing import Any

import calls.jobs  # noqa: F401 - the tasks that use cases queue must have a name
from calls.pages import (
    answers,
    applications,
    attachments,
    commission,
    declarations,
    published,
    queue,
    ranking_files,
    rankings,
    receipts,
    score_sheets,
    sections,
    submissions,
    texts,
    trials,
)

HANDLERS: list[Any] = [
    *published.HANDLERS,
    *applications.HANDLERS,
    *sections.HANDLERS,
    *attachments.HANDLERS,
    *answers.HANDLERS,
    *submissions.HANDLERS,
    *receipts.HANDLERS,
    *texts.HANDLERS,
    *queue.HANDLERS,
    *declarations.HANDLERS,
    *score_sheets.HANDLERS,
    *rankings.HANDLERS,
    *commission.HANDLERS,
    *trials.HANDLERS,
    *ranking_files.HANDLERS,
]
