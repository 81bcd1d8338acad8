"""«Invia la domanda» pressed by somebody whose session had ended: nothing is sent, and it is kept.

It does not count as a sending. Its author and the office are told of it, as of a late one.
"""

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from calls.applications import submissions
from calls.applications.rules import lifecycle
from calls.tables.applications import Application, LateAttempt
from calls.tables.texts import CallVersion
from calls.texts import published
from calls.texts.rules.lifecycle import in_time
from kit import audit
from kit.http.attempts import Attempt, Values


def ends_at(session: Session, person_id: int, values: Values) -> datetime | None:
    """Give the deadline of a person's own application that is not sent yet; else None."""
    return session.scalar(_UNSENT, {"me": person_id, "of": values["application_id"]})


def remember(session: Session, person_id: int, values: Values, at: datetime) -> None:
    """Keep when somebody pressed whose session had ended; once, and of what is not sent.

    It sends nothing. Within the deadline or not is told by `received_at` alone.
    """
    deadline_at = ends_at(session, person_id, values)
    attempt = {"application_id": values["application_id"], "received_at": at}
    known = exists().where(*(getattr(LateAttempt, name) == one for name, one in attempt.items()))
    if deadline_at is None or session.scalar(select(known)):
        return
    attempt |= {"person_id": person_id, "deadline_at": deadline_at}
    if not in_time(at, deadline_at):
        submissions.remember_late(session, attempt)
        return
    session.execute(insert(LateAttempt).values(attempt))
    of = audit.of(Application, values["application_id"])
    after = {"deadline_at": deadline_at.isoformat()}
    audit.record(session, person_id, "came_signed_out", of, at, after=after)


ATTEMPT = Attempt(ends_at, remember)

_UNSENT = (
    select(CallVersion.deadline_at)
    .join(Application, (Application.call_id == CallVersion.call_id) & published.IN_FORCE)
    .where(
        Application.id == bindparam("of"),
        Application.person_id == bindparam("me"),
        Application.state == lifecycle.DRAFT,
    )
)
