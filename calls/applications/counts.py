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
    signed_out: int = 0
    """Not sent, and pressed within the deadline from a session that had ended."""


def of_call(session: Session, call_id: int) -> ApplicationCounts:
    """Count the applications of a call by state, and the sendings that were refused or unheard."""
    states = {
        state: number
        for state, number in session.execute(
            select(Application.state, func.count())
            .where(Application.call_id == call_id)
            .group_by(Application.state)
        )
    }
    in_time = func.date_trunc("second", LateAttempt.received_at) <= LateAttempt.deadline_at
    unsent = Application.id.distinct()
    late, signed_out = session.execute(
        select(
            func.count().filter(~in_time),
            func.count(unsent).filter(in_time, Application.state == lifecycle.DRAFT),
        )
        .select_from(LateAttempt)
        .join(Application, Application.id == LateAttempt.application_id)
        .where(Application.call_id == call_id)
    ).one()
    return ApplicationCounts(
        states.get(lifecycle.DRAFT, 0),
        states.get(lifecycle.SUBMITTED, 0),
        late,
        signed_out,
    )
