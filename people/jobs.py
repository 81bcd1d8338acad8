"""The timers of the people house."""

from datetime import datetime

from sqlalchemy.orm import Session

from kit.jobs import periodic
from people import invitations, link_requests, sign_ins


@periodic("people.tidy", cron="7 * * * *")
def tidy(session: Session, now: datetime) -> None:
    """Forget ended sessions, old failures to sign in, requests for links and invitations."""
    sign_ins.forget_expired(session, now)
    link_requests.forget_old(session, now)
    invitations.forget_old(session, now)
