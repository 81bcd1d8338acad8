"""Pages of the house; HANDLERS lists every route."""

from typing import Any

import calls.jobs  # noqa: F401 - the tasks that use cases queue must have a name
from calls.pages import (
    applications,
    attachments,
    evaluations,
    office,
    public,
    rankings,
    submissions,
)

HANDLERS: list[Any] = [
    *public.HANDLERS,
    *applications.HANDLERS,
    *attachments.HANDLERS,
    *submissions.HANDLERS,
    *office.HANDLERS,
    *evaluations.HANDLERS,
    *rankings.HANDLERS,
]
