"""Invitations to hold a role: written by mail, and nothing is given until they are accepted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit, sentences
from kit.errors import Message, NotFound, Refused
from people import link_letters, link_requests, persons, roles
from people.actors import Actor
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import Invitation

ACCEPTED, DECLINED, WITHDRAWN = "accepted", "declined", "withdrawn"
# Whoever presses twice, or every day, floods no letter box.
SEND_AGAIN = timedelta(hours=1)
# How long an invitation that ended is still known: its old letters can be answered in words.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited; `locale` is of the letter where the address has no access of its own."""

    email: str
    name: str
    locale: str = "it"


class OfferedRole(NamedTuple):
    """A role that is offered, the sentence that says which, and when it ends."""

    role: roles.Role
    what: Message
    until: datetime | None = None


class Place(NamedTuple):
    """Where invitations are made and kept: some roles, in one scope or in whichever."""

    roles: tuple[str, ...]
    scope: tuple[str, int] | None = None

    def clause(self) -> ColumnElement[bool]:
        """The condition that an invitation belongs here."""
        found = Invitation.role.in_(self.roles)
        if self.scope is None:
            return found
        kind, id_ = self.scope
        return and_(found, Invitation.scope_kind == kind, Invitation.scope_id == id_)


def invite(
    session: Session,
    actor_id: int | None,
    guest: Guest,
    offer: OfferedRole,
    now: datetime,
    *,
    proposed_by: int | None = None,
) -> None:
    """Invite somebody by mail to hold a role.

    Known and unknown addresses get the same letter and the same answer: nothing is granted
    before the owner of the address accepts. The caller has checked that the actor may give
    the role. Raises Refused where the role cannot be held in such a scope, is held already (for
    as long), is offered to the address already, or no letter can go there; for an administrator
    where nobody else has proposed it (`people.proposals`; at the machine nobody has to).
    """
    name, kind, id_ = offer.role
    roles.check(name, kind)
    if name == roles.ADMINISTRATOR and actor_id is not None and proposed_by in (None, actor_id):
        raise Refused("Chi amministra lo nominano in due: una persona propone, un'altra conferma.")
    link_requests.count_invitation(session, actor_id, guest.email, now)
    if roles.covered(session, guest.email, offer.role, offer.until):
        raise Refused("Chi ha questo indirizzo è già dentro: non serve un invito.", field="email")
    known = persons.by_email(session, guest.email)
    made = session.execute(
        insert(Invitation)
        .values(
            email=guest.email,
            name=guest.name,
            role=name,
            scope_kind=kind,
            scope_id=id_,
            what=sentences.keep(offer.what),
            locale=known.locale if known is not None else guest.locale,
            created_at=now,
            created_by=actor_id,
            sent_at=now,
            expires_at=now,
            until=offer.until,
        )
        .on_conflict_do_nothing()
        .returning(Invitation.id)
    ).scalar()
    if made is None:
        raise Refused(
            "Un invito a questo indirizzo aspetta già una risposta: in questa pagina lo trovi fra "
            "gli inviti che aspettano, e puoi rimandarlo o ritirarlo.",
            field="email",
        )
    _send(session, session.get_one(Invitation, made), now)
    facts: dict[str, Any] = {"role": name, "scope": [kind, id_]}
    if offer.until is not None:
        facts["until"] = offer.until.isoformat()
    audit.record(session, actor_id, "sent", audit.of(Invitation, made), now, after=facts)


def send_again(
    session: Session, actor: Actor, invitation_id: int, place: Place, now: datetime
) -> Invitation:
    """Write the letter anew; the links of the earlier ones end.

    The caller has checked that the actor keeps the invitations of this place. Raises NotFound,
    Refused when it was answered meanwhile and within an hour of the last letter.
    """
    found = _held(session, invitation_id, place.clause())
    _check_open(found)
    if found.until is not None and found.until <= now:
        raise Refused("Il ruolo di questo invito è già finito: ritiralo, e invita di nuovo.")
    if now - found.sent_at < SEND_AGAIN:
        raise Refused(
            "La lettera è partita {when}: puoi rimandarla un'ora dopo.", when=found.sent_at
        )
    link_requests.count_invitation(session, actor.person_id, found.email, now)
    _send(session, found, now)
    audit.record(session, actor, "sent_again", found, now)
    return found


def withdraw(
    session: Session, actor: Actor | None, invitation_id: int, place: Place, now: datetime
) -> Invitation:
    """Take an invitation back before it is answered; its link ends.

    The caller has checked that the actor keeps the invitations of this place. Raises NotFound,
    Refused when it was answered meanwhile.
    """
    found = _held(session, invitation_id, place.clause())
    _check_open(found)
    _end(session, found, WITHDRAWN, now)
    audit.record(session, actor, "withdrawn", found, now)
    return found


def accept(session: Session, actor: Actor, invitation_id: int, now: datetime) -> Invitation:
    """Accept an invitation to one's own address, and hold the role from now on.

    Raises NotFound for anybody else's, Refused when it ended and where the role cannot be
    given to this person (see `roles.object_to`).
    """
    found = _held(session, invitation_id, Invitation.email == actor.email)
    _check_in_time(found, now)
    take_up(session, found, actor.person_id, now)
    return found


def take_up(session: Session, found: Invitation, person_id: int, now: datetime) -> None:
    """Give the role of an invitation that is held (locked) to the owner of its address."""
    scope = found.scope_kind, found.scope_id
    roles.grant(session, found.created_by, person_id, found.role, *scope, now, until=found.until)
    _end(session, found, ACCEPTED, now)
    audit.record(session, person_id, ACCEPTED, found, now)


def decline(session: Session, actor: Actor, invitation_id: int, now: datetime) -> Invitation:
    """Decline an invitation to one's own address. Raises NotFound, Refused when it ended."""
    found = _held(session, invitation_id, Invitation.email == actor.email)
    return turn_down(session, found, actor.person_id, now)


def turn_down(
    session: Session, found: Invitation, person_id: int | None, now: datetime
) -> Invitation:
    """Decline an invitation that is held, maybe without an access of one's own."""
    _check_in_time(found, now)
    _end(session, found, DECLINED, now)
    audit.record(session, person_id, DECLINED, found, now)
    return found


def held(session: Session, invitation_id: int, now: datetime) -> Invitation:
    """Hold an invitation for whoever came by its link; raises NotFound, Refused when it ended."""
    found = _held(session, invitation_id)
    _check_in_time(found, now)
    return found


def open_again(session: Session, invitation_id: int, now: datetime) -> Message | None:
    """Write anew to whoever came by an old link; give what became of an invitation that ended."""
    found = _held(session, invitation_id)
    if found.outcome is not None:
        return _ENDED[found.outcome]
    _send(session, found, now)
    return None


def forget_old(session: Session, now: datetime) -> None:
    """Drop links and invitations that ended long ago, with their addresses (a timer's work)."""
    before = now - REMEMBERED
    ended = or_(Invitation.ended_at < before, Invitation.expires_at < before)
    session.execute(select(Invitation.id).where(ended).with_for_update())  # before their links
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < before))
    named = exists().where(OneTimeLink.invitation_id == Invitation.id)
    session.execute(delete(Invitation).where(ended, ~named))


def _held(session: Session, invitation_id: int, *clauses: ColumnElement[bool]) -> Invitation:
    """Lock an invitation: accepting and withdrawing wait for each other. Raises NotFound."""
    query = select(Invitation).where(Invitation.id == invitation_id, *clauses).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


_ENDED = {
    ACCEPTED: Message("Questo invito è già stato accettato."),
    DECLINED: Message("Questo invito è stato rifiutato."),
    WITHDRAWN: Message("Questo invito è stato ritirato."),
}


def _check_open(found: Invitation) -> None:
    if found.outcome is not None:
        raise Refused(_ENDED[found.outcome].text)


def _check_in_time(found: Invitation, now: datetime) -> None:
    _check_open(found)
    if found.expires_at <= now:
        raise Refused("Questo invito è scaduto: chiedi a chi ti ha invitato di rimandarlo.")


def _end(session: Session, found: Invitation, outcome: str, now: datetime) -> None:
    found.outcome, found.ended_at = outcome, now
    _end_links(session, found, now)
    session.flush()


def _end_links(session: Session, found: Invitation, now: datetime) -> None:
    open_ = OneTimeLink.invitation_id == found.id, OneTimeLink.used_at.is_(None)
    session.execute(update(OneTimeLink).where(*open_).values(used_at=now))


def _send(session: Session, found: Invitation, now: datetime) -> None:
    """Make the one open link of an invitation and write its letter."""
    known = persons.by_email(session, found.email)
    if known is not None:
        found.locale = known.locale
    inviter = session.get(Person, found.created_by) if found.created_by is not None else None
    longest = now + timedelta(days=link_letters.INVITATION_DAYS)
    found.sent_at, found.expires_at = now, min(longest, found.until or longest)
    session.flush()
    _end_links(session, found, now)
    what = sentences.unpack(**found.what)
    link_letters.invitation(session, found, inviter.name if inviter else "FareLegami", what, now)
