"""A new address for one's own access: it is theirs once its letter was opened, signed in.

Whether the address is somebody's already is looked at by a job, after the answer, and told in a
letter to its owner alone (docs/decisions/0029-ones-own-data.md). Whoever gets the letter by a slip
of the pen can do nothing with it: it takes the session of the person who asked.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit, jobs, letters
from kit.errors import Invalid, Message, NotFound, Refused
from kit.letters import Reader
from kit.settings import settings
from people import erasures, link_requests, persons, sign_ins
from people.actors import Actor
from people.known_devices import Caller
from people.tables.links import OneTimeLink
from people.tables.persons import AddressChange, Person
from people.tables.sessions import PersonSession

LIFETIME = timedelta(hours=24)
_SAME = Message("È l'indirizzo che hai già.")
_TAKEN = Message("Questo indirizzo non si può più usare. Chiedine un altro.")


class NotThisAddress(Refused):
    """A link of such a letter that was used, is too old, or is none of this person's."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Questo collegamento è già stato usato o è scaduto, o non è per te.")


def ask(session: Session, actor: Actor, email: str, caller: Caller, now: datetime) -> None:
    """Ask for a new address: a job writes there, and to the one of now.

    What was asked before it is forgotten. Raises Invalid for the address one has, TooMany.
    """
    if email == actor.email:
        raise Invalid({"email": _SAME})
    link_requests.count(session, link_requests.ADDRESS, email, caller, now)
    row = {"email": email, "token_hash": None, "asked_at": now, "expires_at": now + LIFETIME}
    asked = insert(AddressChange).values(person_id=actor.person_id, **row)
    session.execute(asked.on_conflict_do_update(index_elements=[AddressChange.person_id], set_=row))
    audit.record(session, actor, "address.asked", audit.of(Person, actor.person_id), now)
    jobs.enqueue(session, "people.write_address", person_id=actor.person_id)


def waiting(session: Session, actor: Actor) -> AddressChange | None:
    """The address a person asked for and has not confirmed yet."""
    query = select(AddressChange).where(
        AddressChange.person_id == actor.person_id, AddressChange.expires_at > actor.now
    )
    return session.scalars(query).first()


def answer(session: Session, person_id: int, now: datetime) -> None:
    """Write the letters of a new address that was asked for, once (a job's work)."""
    query = select(AddressChange).where(AddressChange.person_id == person_id)
    found = session.scalars(query.with_for_update()).first()
    if found is None or found.token_hash is not None or found.expires_at <= now:
        return
    token = secrets.token_urlsafe(32)
    found.token_hash = sign_ins.token_hash(token)
    session.flush()
    person = session.get_one(Person, person_id)
    owner = persons.by_email(session, found.email)
    key = f"address:{person_id}:{found.asked_at.isoformat()}"
    if owner is not None:
        _tell_owner(session, owner, key)
    else:
        _write_there(session, person, found, token, key)
    _tell_here(session, person, found, key)


def look_up(session: Session, actor: Actor, token: str) -> AddressChange:
    """Find the new address behind the letter of whoever is signed in; raises NotThisAddress."""
    query = select(AddressChange).where(
        AddressChange.person_id == actor.person_id,
        AddressChange.token_hash == sign_ins.token_hash(token),
        AddressChange.expires_at > actor.now,
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotThisAddress
    return found


def confirm(session: Session, actor: Actor, token: str, now: datetime) -> str:
    """Take the new address; give it. Raises NotThisAddress, Refused where it was taken.

    All other sessions end, and the links that were sent to the old address. Browsers stay known:
    they let nobody in, and belong to the person and not to the address.
    """
    person = session.scalars(
        select(Person).where(Person.id == actor.person_id).with_for_update()
    ).one()
    email = look_up(session, actor, token).email
    if persons.by_email(session, email) is not None:
        raise Refused(_TAKEN.text)
    before = person.email
    open_ = OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None)
    session.execute(update(OneTimeLink).where(*open_).values(used_at=now))
    others = PersonSession.person_id == person.id, PersonSession.id != actor.session_id
    session.execute(delete(PersonSession).where(*others))
    session.execute(delete(AddressChange).where(AddressChange.person_id == person.id))
    person.email = email
    session.flush()
    audit.record(session, actor, "address.changed", person, now)
    _tell_both(session, person, before, now)
    return email


def drop(session: Session, actor: Actor, now: datetime) -> None:
    """Think better of a new address that was asked for; raises NotFound without one."""
    gone = delete(AddressChange).where(AddressChange.person_id == actor.person_id)
    if session.scalar(gone.returning(AddressChange.person_id)) is None:
        raise NotFound
    audit.record(session, actor, "address.dropped", audit.of(Person, actor.person_id), now)


def forget_old(session: Session, now: datetime) -> None:
    """Forget addresses that nobody confirmed in time (a timer's work)."""
    session.execute(delete(AddressChange).where(AddressChange.expires_at < now))


def _tell_owner(session: Session, owner: Person, key: str) -> None:
    letters.write(
        session,
        kind=erasures.DATA,
        to=persons.reader(owner),
        subject=Message("Il tuo indirizzo è già di un accesso"),
        text=Message(
            "Ciao,\n\nqualcuno ha chiesto di usare questo indirizzo per un altro accesso a "
            "FareLegami. Un indirizzo è di un accesso solo, e questo è già il tuo: non è cambiato "
            "niente. Se sei stato tu, entra con quest'indirizzo:\n\n{url}\n",
            url=settings().public_url + "/sign-in",
        ),
        key=f"{key}:owner",
    )


def _write_there(
    session: Session, person: Person, found: AddressChange, token: str, key: str
) -> None:
    letters.write(
        session,
        kind=erasures.DATA,
        to=Reader(found.email, "", person.locale),
        subject=Message("Conferma il tuo nuovo indirizzo"),
        text=Message(
            "Ciao,\n\nqualcuno che ha un accesso a FareLegami vuole usare questo indirizzo. Se sei "
            "tu, entra come sempre e apri questo collegamento entro {hours} ore:\n\n{url}\n\n"
            "Se non l'hai chiesto tu, ignora questa lettera: non cambia niente.\n",
            hours=LIFETIME // timedelta(hours=1),
            url=f"{settings().public_url}/account/new-address/{token}",
        ),
        key=f"{key}:new",
        private=True,
    )


def _tell_here(session: Session, person: Person, found: AddressChange, key: str) -> None:
    letters.write(
        session,
        kind=erasures.DATA,
        to=persons.reader(person),
        subject=Message("Hai chiesto di cambiare indirizzo"),
        text=Message(
            "Ciao {name},\n\nhai chiesto di entrare in FareLegami con un altro indirizzo. Per ora "
            "non è cambiato niente: cambia quando apri la lettera che va là, entro {when}.\n\nSe "
            "non l'hai chiesto tu, qualcuno è entrato con il tuo accesso: cambia subito la "
            "password.\n\n{url}\n",
            name=person.name,
            when=found.expires_at,
            url=settings().public_url + "/password-reset",
        ),
        key=f"{key}:old",
    )


def _tell_both(session: Session, person: Person, before: str, now: datetime) -> None:
    key = f"address-changed:{person.id}:{now.isoformat()}"
    there = Reader(before, person.name, person.locale)
    for reader, which in ((there, "old"), (persons.reader(person), "new")):
        letters.write(
            session,
            kind=erasures.DATA,
            to=reader,
            subject=Message("Il tuo indirizzo è cambiato"),
            text=Message(
                "Ciao {name},\n\nda {when} entri in FareLegami con un altro indirizzo, e le "
                "lettere vanno là. Dagli altri dispositivi sei uscito.\n\nSe non sei stato tu, "
                "dillo subito a chi coordina il tuo centro o all'ufficio del bando.\n",
                name=person.name,
                when=now,
            ),
            key=f"{key}:{which}",
        )
