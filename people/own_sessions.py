"""Where a person is signed in, in words, and ending it from elsewhere."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kit import audit
from kit.errors import Message, NotFound
from kit.sentences import listing
from people import devices, proofs, sign_ins
from people.actors import Actor
from people.tables.persons import Person
from people.tables.sessions import PersonSession

_MEANS = {
    proofs.PASSWORD: Message("password"),
    proofs.LINK: Message("collegamento ricevuto per posta"),
    proofs.CODE: Message("codice"),
    proofs.RECOVERY_CODE: Message("codice di recupero"),
    proofs.PASSKEY: Message("passkey"),
}
_BY_PROVIDER = Message("identità digitale")


class OwnSession(NamedTuple):
    """A sign-in of one's own: on what, since when, by what it was opened, when last used."""

    id: int
    device: Message
    since: Message
    opened_by: Message
    last_seen_at: datetime
    this: bool


def of(session: Session, actor: Actor) -> list[OwnSession]:
    """The devices on which the person is signed in: this one first, then the last used."""
    found = [
        OwnSession(
            one.id,
            devices.said(one.device),
            devices.since(one.created_at, actor.now),
            opened_by(one.means),
            one.last_seen_at,
            one.id == actor.session_id,
        )
        for one in sign_ins.sessions_of(session, actor.person_id, actor.now)
    ]
    return sorted(found, key=lambda one: not one.this)


def opened_by(means: list[str]) -> Message:
    """Say by what somebody proved who they are: password e codice."""
    return listing([_MEANS.get(each, _BY_PROVIDER) for each in means])


def end(session: Session, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions, maybe this one. Raises NotFound for anybody else's."""
    if not take_away(session, actor.person_id, session_id, actor.now):
        raise NotFound


def take_away(session: Session, person_id: int, session_id: int, now: datetime) -> bool:
    """End a session if it is this person's and still there; who comes second ends nothing."""
    mine = PersonSession.id == session_id, PersonSession.person_id == person_id
    gone = session.scalar(delete(PersonSession).where(*mine).returning(PersonSession.id))
    if gone is None:
        return False
    facts = {"session": gone}
    person = audit.of(Person, person_id)
    audit.record(session, person_id, "session.closed", person, now, before=facts)
    return True
