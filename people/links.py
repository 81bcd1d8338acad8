"""Links sent by mail, good once: what whoever comes by one may do."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kit import audit, clock, db
from kit.errors import Invalid, Refused
from people import invitations, password_changes, passwords, persons, sign_ins
from people.half_way import HalfWay
from people.tables.links import OneTimeLink
from people.tables.persons import Person


class Spent(Refused):
    """A link that is used, too old or none of ours: its page offers a new one."""

    status = 410

    def __init__(self) -> None:
        super().__init__("Questo collegamento è già stato usato o è scaduto.")


def look_up(session: Session, token: str, now: datetime) -> OneTimeLink:
    """Find a link that is still good; raises Spent."""
    link = found(session, token)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise Spent
    return link


def needs_access(session: Session, link: OneTimeLink) -> bool:
    """Whether whoever comes by a link has no access yet, and chooses a first password."""
    return link.purpose != "reset" and persons.by_email(session, link.email) is None


def use(token: str, password: str, name: str, device: str) -> tuple[str | HalfWay, str]:
    """Choose the password behind a link and sign in; give the session's token and the way on.

    A letter box is no second step: whoever has one gets the paper for it instead of a token.

    Read, close, hash, write. A registration makes the person; an invitation is accepted by
    it too, and its role granted; a reset ends every other session. Raises Spent, Invalid when
    the password will not do, Refused when the address has an access already (its owner signs
    in instead) and when the invitation ended.
    """
    with db.transaction() as session:
        link = look_up(session, token, clock.now(session))
        if link.purpose == "factor":
            raise Spent  # it leads to no password
        _check_no_access(session, link)
        email, known_as = link.email, name or link.name
    weak = passwords.weakness(password, email, known_as)
    if weak is not None:
        raise Invalid({"password": weak})
    hashed = passwords.hash_password(password)
    with db.transaction() as session:
        now = clock.now(session)
        link = look_up(session, token, now)
        if link.invitation_id is not None:
            # Before the link, as whoever withdraws it: neither waits for the other in a circle.
            invitations.held(session, link.invitation_id, now)
        if link.person_id is not None:
            # As whoever changes the password inside; and of two links of one person used at once
            # the second finds that the first has ended it.
            session.get_one(Person, link.person_id, with_for_update=True)
        taken = take(session, token, now)
        person = _person_of(session, taken, hashed, name or taken.name, now)
        return sign_ins.enter(session, person, device, now), taken.target


def take(session: Session, token: str, now: datetime) -> OneTimeLink:
    """Use up a link, whose invitation is held if it has one; raises Spent."""
    taken = session.scalars(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == sign_ins.token_hash(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLink)
    ).first()
    if taken is None:
        raise Spent
    return taken


def turn_down(session: Session, token: str, now: datetime) -> None:
    """Decline an invitation by its link, for whoever has no access; raises Spent, Refused."""
    link = look_up(session, token, now)
    if link.invitation_id is None:
        raise Spent
    _check_no_access(session, link)
    invitations.turn_down(session, invitations.held(session, link.invitation_id, now), None, now)


def found(session: Session, token: str) -> OneTimeLink | None:
    """Find the link of a token, whether or not it is still good."""
    if not 20 <= len(token) <= 100:
        return None
    hashed = sign_ins.token_hash(token)
    return session.scalars(select(OneTimeLink).where(OneTimeLink.token_hash == hashed)).first()


def _check_no_access(session: Session, link: OneTimeLink) -> None:
    if link.purpose != "reset" and not needs_access(session, link):
        raise Refused("Questo indirizzo ha già un accesso: entra con la sua password.")


def _person_of(
    session: Session, link: OneTimeLink, hashed: str, name: str, now: datetime
) -> Person:
    if link.person_id is not None:
        person = session.get_one(Person, link.person_id)
        password_changes.keep(session, person, hashed, now)
        return person
    _check_no_access(session, link)
    # The language is that of whoever asked or was invited, not of the browser at hand.
    person = Person(
        email=link.email, name=name, password_hash=hashed, locale=link.locale, created_at=now
    )
    session.add(person)
    session.flush()
    audit.record(session, person.id, "registered", person, now)
    if link.invitation_id is not None:
        found = invitations.held(session, link.invitation_id, now)
        invitations.take_up(session, found, person.id, now)
    return person
