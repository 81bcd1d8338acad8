"""The jobs of the people house: letters that were asked for, and its timer."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kit.errors import Message
from kit.jobs import periodic, task
from people import (
    address_changes,
    codes,
    invitations,
    link_wishes,
    mail_links,
    passkey_challenges,
    proposals,
    role_ends,
    sign_ins,
)
from people.tables.links import LinkRequest, SignInFailure


@task("people.write_link", queue="mail", named=Message("Una lettera con il link per entrare"))
def write_link(session: Session, now: datetime, wish_id: int) -> None:
    """Write the letter with a link that somebody asked for."""
    link_wishes.answer(session, wish_id, now)


@periodic(
    "people.end_roles", cron="*/10 * * * *", named=Message("Finire i ruoli che hanno una fine")
)
def end_roles(session: Session, now: datetime) -> None:
    """Tell whose role ends soon, and take away those that are over."""
    role_ends.warn(session, now)
    role_ends.end(session, now)


@task("people.write_address", queue="mail", named=Message("Una lettera per un nuovo indirizzo"))
def write_address(session: Session, now: datetime, person_id: int) -> None:
    """Write the letters of a new address that somebody asked for."""
    address_changes.answer(session, person_id, now)


@periodic("people.tidy", cron="7 * * * *", named=Message("Dimenticare sessioni e inviti scaduti"))
def tidy(session: Session, now: datetime) -> None:
    """Forget what has ended: sessions, invitations, proposals, links, apps never confirmed."""
    for left in (SignInFailure, LinkRequest):
        session.execute(delete(left))
    link_wishes.forget_old(session, now)
    proposals.forget_old(session, now)
    invitations.forget_old(session, now)
    codes.forget_begun(session, now)
    mail_links.forget_old(session, now)
    sign_ins.forget_expired(session, now)
    passkey_challenges.forget_old(session, now)
    address_changes.forget_old(session, now)
