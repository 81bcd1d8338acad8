"""How many applications a call has: numbers only, nobody sees more before the opening."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.applications.rules import lifecycle
from calls.tables.applications import Application, LateAttempt


@dataclass(frozen=True)
class ApplicationCounts:
    """How many applications a call has; numbers only, nobody sees more before the opening."""

    drafts: int
    sent: int
    late: int


def of_call(session: Session, call_id: int) -> ApplicationCounts:
    """Count the applications of a call by state, and the refused late sendings."""
    states = {
        state: number
        for state, number in session.execute(
            select(Application.state, func.count())
            .where(Application.call_id == call_id)
            .group_by(Application.state)
        )
    }
    late = session.scalar(
        select(func.count())
        .select_from(LateAttempt)
        .join(Application, Application.id == LateAttempt.application_id)
        .where(Application.call_id == call_id)
    )
    return ApplicationCounts(
        states.get(lifecycle.DRAFT, 0),
        states.get(lifecycle.SUBMITTED, 0),
        late or 0,
    )
