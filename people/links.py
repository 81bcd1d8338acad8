"""Links sent by mail, good once: invitations, registrations, new passwords."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kit import audit, clock, db, letters
from kit.errors import Invalid, Message, Refused
from kit.letters import Reader
from kit.settings import settings
from kit.words import text
from people import link_requests, passwords, persons, roles, sign_ins
from people.tables import OneTimeLink, Person, PersonSession

INVITATION_DAYS = 14
RESET_MINUTES = 30
REGISTRATION_HOURS = 48

INVITATION, SIGN_IN = "people.invitation", "people.sign_in"
letters.register(INVITATION, Message("Inviti"))
letters.register(SIGN_IN, Message("Registrazione e nuova password"))

Role = tuple[str, str, int]


def invite(
    session: Session,
    actor_id: int | None,
    *,
    email: str,
    name: str,
    wanted: Sequence[Role],
    now: datetime,
) -> bool:
    """Invite somebody by mail to hold roles; who is already known gets them at once.

    Return whether a letter is written. The caller has checked that the actor may give these
    roles.
    """
    known = session.scalars(select(Person).where(Person.email == email)).first()
    if known is not None:
        for role, kind, id_ in wanted:
            roles.grant(session, actor_id, known.id, role, kind, id_, now)
        return False
    subject = Message("Invito a FareLegami")
    body = Message(
        "Ciao {name},\n\nsei invitato a FareLegami. Apri questo indirizzo entro {days} giorni e "
        "scegli la tua password:\n\n{url}\n\nSe non te lo aspettavi, ignora questa lettera.\n"
    )
    link, token = _make(session, "invitation", email, now, timedelta(days=INVITATION_DAYS))
    link.name, link.created_by = name, actor_id
    link.roles = [list(role) for role in wanted]
    reader = Reader(email, name, text.locale.get())
    values = {"name": name, "days": INVITATION_DAYS}
    _send(session, reader, (link, token), subject, Message(body.text, **values))
    audit.record(
        session,
        actor_id,
        "person.invited",
        link,
        now,
        after={"roles": [list(role) for role in wanted]},
    )
    return True


def register(session: Session, *, email: str, name: str, address: str, now: datetime) -> None:
    """Answer a request to register: a link by mail, whatever the address.

    Who is already known gets a letter that says so; the page answers the same, so that
    nobody learns who is registered. Raises TooMany (see `people.link_requests`).
    """
    link_requests.count(session, email, address, now)
    known = session.scalars(select(Person).where(Person.email == email)).first()
    if known is not None:
        letters.write(
            session,
            kind=SIGN_IN,
            to=persons.reader(known),
            subject=Message("Sei già registrato a FareLegami"),
            text=Message(
                "Ciao,\n\nqualcuno ha chiesto di registrare questo indirizzo, che ha già un "
                "accesso. Per entrare o cambiare la password:\n\n{url}\n",
                url=settings().public_url + "/sign-in",
            ),
            key=f"registered:{known.id}:{now:%Y%m%d%H}",
        )
        return
    subject = Message("Completa la registrazione a FareLegami")
    body = Message(
        "Ciao {name},\n\napri questo indirizzo entro {hours} ore e scegli la tua password:\n\n"
        "{url}\n\nSe non hai chiesto tu di registrarti, ignora questa lettera.\n"
    )
    link, token = _make(session, "registration", email, now, timedelta(hours=REGISTRATION_HOURS))
    link.name = name
    reader = Reader(email, name, text.locale.get())
    values = {"name": name, "hours": REGISTRATION_HOURS}
    _send(session, reader, (link, token), subject, Message(body.text, **values))


def request_reset(session: Session, email: str, address: str, now: datetime) -> None:
    """Send a link for a new password to a known address; say nothing either way.

    Raises TooMany (see `people.link_requests`).
    """
    link_requests.count(session, email, address, now)
    known = session.scalars(
        select(Person).where(Person.email == email, Person.disabled_at.is_(None))
    ).first()
    if known is None:
        return
    session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.person_id == known.id,
            OneTimeLink.purpose == "reset",
            OneTimeLink.used_at.is_(None),
        )
    )
    subject = Message("Una nuova password per FareLegami")
    body = Message(
        "Ciao {name},\n\nper scegliere una nuova password apri questo indirizzo entro {minutes} "
        "minuti:\n\n{url}\n\nSe non l'hai chiesto tu, ignora questa lettera: non cambia nulla.\n"
    )
    link, token = _make(session, "reset", email, now, timedelta(minutes=RESET_MINUTES))
    link.name, link.person_id = known.name, known.id
    values = {"name": known.name, "minutes": RESET_MINUTES}
    _send(session, persons.reader(known), (link, token), subject, Message(body.text, **values))


def look_up(session: Session, token: str, now: datetime) -> OneTimeLink:
    """Find a link that is still good; raises Refused (410) in words."""
    link = session.scalars(
        select(OneTimeLink).where(OneTimeLink.token_hash == sign_ins.token_hash(token))
    ).first()
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise _spent()
    return link


def use(token: str, password: str, name: str, device: str) -> str:
    """Choose the password behind a link and sign in; give the session's token.

    Read, close, hash, write. An invitation or registration makes the person and grants
    the roles; a reset ends every other session. Raises Refused when the link is spent,
    Invalid when the password will not do.
    """
    with db.transaction() as session:
        email = look_up(session, token, clock.now(session)).email
    weak = passwords.weakness(password, email)
    if weak is not None:
        raise Invalid({"password": weak})
    hashed = passwords.hash_password(password)
    with db.transaction() as session:
        now = clock.now(session)
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
            raise _spent()
        person = _person_of(session, taken, hashed, name or taken.name, now)
        return sign_ins.open_session(session, person.id, device, now)


def _person_of(
    session: Session, link: OneTimeLink, hashed: str, name: str, now: datetime
) -> Person:
    if link.person_id is not None:
        person = session.get_one(Person, link.person_id)
        person.password_hash = hashed
        session.execute(delete(PersonSession).where(PersonSession.person_id == person.id))
        audit.record(session, person.id, "password.changed", person, now)
        return person
    if session.scalars(select(Person.id).where(Person.email == link.email)).first() is not None:
        raise _spent()
    person = Person(
        email=link.email, name=name, password_hash=hashed, locale=text.locale.get(), created_at=now
    )
    session.add(person)
    session.flush()
    audit.record(session, person.id, "registered", person, now)
    for role, kind, id_ in link.roles:
        roles.grant(session, link.created_by, person.id, role, kind, id_, now)
    return person


def _make(
    session: Session, purpose: str, email: str, now: datetime, lifetime: timedelta
) -> tuple[OneTimeLink, str]:
    """Make a link; its token is given once, for the letter, and kept only as a hash."""
    token = secrets.token_urlsafe(32)
    link = OneTimeLink(
        token_hash=sign_ins.token_hash(token),
        purpose=purpose,
        email=email,
        name="",
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(link)
    session.flush()
    return link, token


def _send(
    session: Session,
    reader: Reader,
    made: tuple[OneTimeLink, str],
    subject: Message,
    body: Message,
) -> None:
    """Post the link; raises Refused for an address that no letter can go to."""
    link, token = made
    url = f"{settings().public_url}/links/{token}"
    reached = letters.write(
        session,
        kind=INVITATION if link.purpose == "invitation" else SIGN_IN,
        to=reader,
        subject=subject,
        text=Message(body.text, **body.values, url=url),
        key=f"link:{link.id}",
        private=True,
    )
    if not reached:
        raise Refused("A questo indirizzo non si può scrivere.")


def _spent() -> Refused:
    refused = Refused("Questo collegamento è già stato usato o è scaduto. Chiedine uno nuovo.")
    refused.status = 410
    return refused
