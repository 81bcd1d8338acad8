"""The jobs of the people house: letters that were asked for, and its timer."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kit.errors import Message
from kit.jobs import periodic, task
from people import address_changes, invitations, link_wishes, sign_ins
from people.tables import LinkRequest, SignInFailure


@task("people.write_link", queue="mail", named=Message("Una lettera con il link per entrare"))
def write_link(session: Session, now: datetime, wish_id: int) -> None:
    """Write the letter with a link that somebody asked for."""
    link_wishes.answer(session, wish_id, now)


@task("people.write_address", queue="mail", named=Message("Una lettera per un nuovo indirizzo"))
def write_address(session: Session, now: datetime, person_id: int) -> None:
    """Write the letters of a new address that somebody asked for."""
    address_changes.answer(session, person_id, now)


@periodic("people.tidy", cron="7 * * * *", named=Message("Dimenticare sessioni e inviti scaduti"))
def tidy(session: Session, now: datetime) -> None:
    """Forget ended sessions, old invitations, and what the release before counted."""
    for left in (SignInFailure, LinkRequest):
        session.execute(delete(left))
    link_wishes.forget_old(session, now)
    invitations.forget_old(session, now)
    sign_ins.forget_expired(session, now)
    address_changes.forget_old(session, now)
