"""Links in letters by which something harmless is done without signing in.

One table of purposes: what each does, for how long, how often. What a link does is done when its
page's button is pressed; looking at the page changes nothing, since what reads letters for its
owner opens their links too. Whoever has a letter may do what its link does, and no more: nothing
that lets somebody in, shows something of a person or cannot be undone is ever a purpose here.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.settings import settings
from people import sign_ins
from people.tables.links import MailLink

PATH = "/mail-links/"


class LinkDone(NamedTuple):
    """What was done, in a sentence, and the page that leads on."""

    said: Message
    path: str


class LinkUse(NamedTuple):
    """A link that was pressed: whose letter it stood in, and what it is about."""

    person_id: int
    subject_id: int


Act = Callable[[Session, LinkUse, datetime], LinkDone]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is for: its page's title, what pressing does, and the words of the button."""

    name: str
    lifetime: timedelta
    uses: int
    title: Message
    does: Message
    button: Message
    act: Act


# Every purpose by its name.
purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Name a purpose, "house.noun", once, at the top level of the module that writes its letter."""
    if purpose.name in purposes or purpose.uses < 1 or purpose.lifetime <= timedelta():
        raise ValueError(f"no purpose can be {purpose.name}: named already, or never good")
    purposes[purpose.name] = purpose


class LinkSpent(Refused):
    """A link that is used up, too old or none of ours: its page is the same for each."""

    status = 410

    def __init__(self) -> None:
        super().__init__("Questo collegamento è già stato usato o è scaduto.")


def make(session: Session, name: str, use: LinkUse, now: datetime) -> str:
    """Make a link for a letter; give its address, whose token is kept only as a hash.

    Raises LookupError for a purpose that no house has named.
    """
    if name not in purposes:
        raise LookupError(f"no purpose of a link is named {name}")
    token = secrets.token_urlsafe(32)
    purpose = purposes[name]
    session.add(
        MailLink(
            token_hash=sign_ins.token_hash(token),
            purpose=name,
            person_id=use.person_id,
            subject_id=use.subject_id,
            created_at=now,
            expires_at=now + purpose.lifetime,
            uses_left=purpose.uses,
        )
    )
    session.flush()
    return f"{settings().public_url}{PATH}{token}"


class Found(NamedTuple):
    """A link that is still good: what it is for, and whose letter it stood in."""

    purpose: Purpose
    person_id: int


def look_up(session: Session, token: str, now: datetime) -> Found:
    """Find what a link would do; changes nothing. Raises LinkSpent."""
    query = select(MailLink.purpose, MailLink.person_id).where(*_good(token, now))
    row = session.execute(query).first()
    if row is None:
        raise LinkSpent
    return Found(purposes[row.purpose], row.person_id)


def use(session: Session, token: str, now: datetime) -> LinkDone:
    """Do what a link is for. Raises LinkSpent, also for who comes second to its last use."""
    taken = session.execute(
        update(MailLink)
        .where(*_good(token, now))
        .values(uses_left=MailLink.uses_left - 1)
        .returning(MailLink.purpose, MailLink.person_id, MailLink.subject_id)
    ).first()
    if taken is None:
        raise LinkSpent
    return purposes[taken.purpose].act(session, LinkUse(taken.person_id, taken.subject_id), now)


def forget_old(session: Session, now: datetime) -> None:
    """Forget links that are good no longer (a timer's work)."""
    session.execute(delete(MailLink).where(MailLink.expires_at < now))


def _good(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    # A purpose of a release before, which nobody names any more, is as spent.
    return (
        MailLink.token_hash == sign_ins.token_hash(token),
        MailLink.expires_at > now,
        MailLink.uses_left > 0,
        MailLink.purpose.in_(purposes),
    )
