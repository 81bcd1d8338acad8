"""Asking for a letter with a link: what the request does is the same for everybody.

Whether an address is known is looked at by a job, after the answer: neither its words nor its
time tell who is registered. What was asked waits in a row that the job takes away.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kit import jobs
from kit.errors import Refused, TooMany
from kit.letters import Reader
from people import invitations, link_letters, link_requests, persons
from people.known_devices import Caller
from people.link_requests import FACTOR, INVITATION, REGISTRATION, RESET
from people.links import found as found_link
from people.tables.links import LinkWish, OneTimeLink

RENEWAL = "renewal"
# What no job could answer in this time is forgotten.
KEPT = timedelta(days=2)


def register(
    session: Session,
    *,
    email: str,
    name: str,
    caller: Caller,
    locale: str = "it",
    target: str = "/",
    now: datetime,
) -> None:
    """Ask for the letter by which a registration is completed, whatever the address.

    Who has an access already gets one that says so. `target` is the path the person was going
    to. Raises TooMany (see `people.link_requests`).
    """
    link_requests.count(session, REGISTRATION, email, caller, now)
    wish = LinkWish(purpose=REGISTRATION, email=email, name=name, locale=locale, target=target)
    _ask(session, wish, now)


def request_reset(session: Session, email: str, caller: Caller, now: datetime) -> None:
    """Ask for a letter to choose a new password; nobody else than who has an access gets one.

    Raises TooMany (see `people.link_requests`).
    """
    link_requests.count(session, RESET, email, caller, now)
    _ask(session, LinkWish(purpose=RESET, email=email), now)


def renew(session: Session, token: str, network: str, now: datetime) -> None:
    """Ask for a new letter to the address that a link was sent to, once an hour for a link.

    Nothing is told, also of a link that is none of ours or of one renewed already.
    """
    with suppress(TooMany):
        with session.begin_nested():
            link_requests.count_renewal(session, token, network, now)
        link = found_link(session, token)
        # Asked in any case: a link that is none of ours takes as long as one that is.
        wish = LinkWish(purpose=RENEWAL, link_id=link.id if link is not None else None)
        _ask(session, wish, now)


def answer(session: Session, wish_id: int, now: datetime) -> None:
    """Write the letter that was asked for, if one is to be written (a job's work)."""
    taken = delete(LinkWish).where(LinkWish.id == wish_id).returning(LinkWish)
    wish = session.scalars(taken).first()
    if wish is None:
        return
    with suppress(TooMany, Refused), session.begin_nested():
        if wish.purpose == RENEWAL:
            _write_anew(session, wish.link_id, now)
        else:
            _write(session, wish, now)


def forget_old(session: Session, now: datetime) -> None:
    """Forget what no job could answer (a timer's work)."""
    session.execute(delete(LinkWish).where(LinkWish.asked_at < now - KEPT))


def _ask(session: Session, wish: LinkWish, now: datetime) -> None:
    wish.asked_at = now
    session.add(wish)
    session.flush()
    jobs.enqueue(session, "people.write_link", wish_id=wish.id)


def _write(session: Session, wish: LinkWish | OneTimeLink, now: datetime) -> None:
    known = persons.by_email(session, wish.email)
    if wish.purpose in {RESET, FACTOR}:
        if known is not None and known.disabled_at is None:
            write = link_letters.reset if wish.purpose == RESET else link_letters.factor
            write(session, known, now)
    elif known is not None:
        link_letters.known_already(session, known, now)
    else:
        reader = Reader(wish.email, wish.name, wish.locale)
        link_letters.registration(session, reader, wish.target, now)


def _write_anew(session: Session, link_id: int | None, now: datetime) -> None:
    """What a new letter brings depends on how things stand now. Raises TooMany, Refused."""
    query = select(OneTimeLink).where(OneTimeLink.id == link_id)
    link = session.scalars(query).first()
    if link is None:
        return
    if link.invitation_id is None:
        link_requests.count_letter(session, link.purpose, link.email, now)
        _write(session, link, now)
        return
    link_requests.count_letter(session, INVITATION, link.email, now)
    ended = invitations.open_again(session, link.invitation_id, now)
    known = persons.by_email(session, link.email)
    if ended is not None and known is not None:
        link_letters.invitation_ended(session, known, ended, now)
