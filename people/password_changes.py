"""A new password: by whoever knows the old one, or by a link; and all that ends with it."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kit import audit, clock, db, limits
from kit.errors import Invalid, Message, Refused
from people import guesses, known_devices, link_letters, passwords, sign_ins
from people.actors import Actor
from people.known_devices import Caller
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.sessions import PersonSession


def change(actor: Actor, old: str, new: str, caller: Caller, device: str) -> str:
    """Change one's own password; give the token of the one session that goes on.

    Read, close, hash, write. Whoever sits at somebody else's screen guesses no more often than
    its owner may mistype (`people.guesses`). Raises TooMany, Invalid for a password that will not
    do, Refused for a wrong old one and when it was changed meanwhile.
    """
    weak = passwords.weakness(new, actor.email, actor.name)
    if weak is None and new == old:
        weak = Message("La nuova password è uguale a quella di adesso.")
    if weak is not None:
        raise Invalid({"password": weak})
    with db.transaction() as session:
        uses = guesses.begin(session, actor.email, caller, clock.now(session))
        kept = session.scalar(select(Person.password_hash).where(Person.id == actor.person_id))
    if not passwords.verify(kept, old):
        with db.transaction() as session:
            guesses.note(session, actor.person_id, caller, clock.now(session))
        raise Refused("La password di adesso non è questa.", field="old")
    hashed = passwords.hash_password(new)
    with db.transaction() as session:
        now = clock.now(session)
        limits.give_back(session, uses)
        same = Person.id == actor.person_id, Person.password_hash == kept
        person = session.scalars(select(Person).where(*same).with_for_update()).first()
        if person is None:
            raise Refused(
                "La password è stata cambiata in questo momento da un'altra parte. Se non sei "
                "stato tu, chiedine subito una nuova."
            )
        keep(session, person, hashed, now)
        token = sign_ins.open_session(session, person.id, device, now, actor.proved)
        # A password alone proves no second step anew.
        mine = PersonSession.token_hash == sign_ins.token_hash(token)
        session.execute(update(PersonSession).where(mine).values(proved_at=actor.proved_at))
        return token


def keep(session: Session, person: Person, hashed: str, now: datetime) -> None:
    """Keep a new password of a locked person: every session and link of the old one ends.

    No browser is known any more. Its owner is told by a letter, whoever it was.
    """
    person.password_hash = hashed
    mine = OneTimeLink.person_id == person.id, OneTimeLink.purpose.in_(("reset", "factor"))
    # Ended, not dropped, so that each says so.
    open_ = update(OneTimeLink).where(*mine, OneTimeLink.used_at.is_(None))
    session.execute(open_.values(used_at=now))
    session.execute(delete(PersonSession).where(PersonSession.person_id == person.id))
    known_devices.forget(session, person.id)
    audit.record(session, person.id, "password.changed", person, now)
    link_letters.password_changed(session, person, now)
