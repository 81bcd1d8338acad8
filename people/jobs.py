"""The timers of the people house."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kit.jobs import periodic
from people import invitations, sign_ins
from people.tables import LinkRequest, SignInFailure


@periodic("people.tidy", cron="7 * * * *")
def tidy(session: Session, now: datetime) -> None:
    """Forget ended sessions, old invitations, and what the release before counted."""
    sign_ins.forget_expired(session, now)
    invitations.forget_old(session, now)
    for left in (SignInFailure, LinkRequest):
        session.execute(delete(left))
