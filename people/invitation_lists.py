"""Invitations as they are listed: for who made them, and for who may answer them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from kit import sentences
from kit.errors import Message
from people.actors import Actor
from people.invitations import DECLINED, Place
from people.tables.persons import Person
from people.tables.roles import Invitation

_UNANSWERED = Invitation.ended_at.is_(None)


class Waiting(NamedTuple):
    """An invitation as its reader or its maker sees it; `ended_at` once it was answered."""

    id: int
    name: str
    email: str
    what: Message
    inviter: str | None
    sent_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    role: str
    scope_kind: str
    scope_id: int
    until: datetime | None


def waiting_at(session: Session, place: Place) -> list[Waiting]:
    """The invitations of a place that nobody has answered, the newest first."""
    return _listed(session, place.clause(), _UNANSWERED)


def declined_at(session: Session, place: Place) -> list[Waiting]:
    """The invitations of a place that were declined, until the address is invited anew."""
    later = aliased(Invitation)
    offer = (
        later.email == Invitation.email,
        later.role == Invitation.role,
        later.scope_kind == Invitation.scope_kind,
        later.scope_id == Invitation.scope_id,
    )
    asked_anew = select(later.id).where(*offer, later.id > Invitation.id).exists()
    return _listed(session, place.clause(), Invitation.outcome == DECLINED, ~asked_anew)


def waiting_for(session: Session, actor: Actor) -> list[Waiting]:
    """The invitations a person may answer now, the newest first (one statement)."""
    mine = Invitation.email == actor.email, Invitation.expires_at > actor.now
    return _listed(session, *mine, _UNANSWERED)


def one(session: Session, invitation_id: int, now: datetime) -> Waiting | None:
    """An invitation that can be answered now, as its page shows it."""
    mine = Invitation.id == invitation_id, Invitation.expires_at > now
    return next(iter(_listed(session, *mine, _UNANSWERED)), None)


def _listed(session: Session, *clauses: ColumnElement[bool]) -> list[Waiting]:
    names = [name for name in Waiting._fields if name != "inviter"]
    query = (
        select(*(getattr(Invitation, name) for name in names), Person.name.label("inviter"))
        .outerjoin(Person, Person.id == Invitation.created_by)
        .where(*clauses)
        .order_by(Invitation.sent_at.desc(), Invitation.id.desc())
    )
    found = session.execute(query).mappings()
    return [Waiting(**{**each, "what": sentences.unpack(**each["what"])}) for each in found]
