"""Proving once more who one is, in the middle of a session (docs/decisions/0027)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import audit, clock, db, limits
from kit.errors import Refused
from people import codes, factor_letters, factors, guesses, passwords, proofs, sign_ins
from people.actors import Actor, NotSignedIn
from people.known_devices import Caller
from people.proofs import Proof
from people.tables.persons import Person


def prove(actor: Actor, password: str, code: str, caller: Caller) -> str:
    """Prove all one can once more; give the session's new token.

    Read, close, hash, write; password and code are counted as at signing in (`people.guesses`).
    Whoever has an app for codes gives one of it too, or one on paper. Raises TooMany, Refused for a
    wrong password or code and where it would be less than what the session has proved, NotSignedIn
    where that was ended or the password changed meanwhile.
    """
    with db.transaction() as session:
        uses = guesses.begin(session, actor.email, caller, clock.now(session))
        kept = session.scalar(select(Person.password_hash).where(Person.id == actor.person_id))
    if not passwords.verify(kept, password):
        with db.transaction() as session:
            guesses.note(session, actor.person_id, caller, clock.now(session))
        raise Refused("La password non è questa.", field="password")
    with db.transaction() as session:
        limits.give_back(session, uses)
    with db.transaction() as session:
        asked = codes.has(session, actor.person_id)
        now = clock.now(session)
        uses = guesses.begin_code(session, actor.email, code, caller, now) if asked else []
    with db.transaction() as session:
        token = _renewed(session, actor, kept, code, clock.now(session))
    # In one of its own: whoever counts holds nothing else, and locks no one after a person.
    with db.transaction() as session:
        if token is not None:
            limits.give_back(session, uses)
            return token
        guesses.note_code(session, actor.person_id, caller, clock.now(session))
    raise Refused("Il codice non è questo, o è già stato usato.", field="one-time-code")


def _renewed(
    session: Session, actor: Actor, kept: str | None, code: str, now: datetime
) -> str | None:
    """Keep with the session what password and code prove; None for a wrong code."""
    same = Person.id == actor.person_id, Person.password_hash == kept
    person = session.scalars(select(Person).where(*same).with_for_update()).first()
    if person is None or not sign_ins.hold(session, actor.session_id, now):
        raise NotSignedIn
    proof = _proof(session, person, code, now)
    if proof is None:
        return None
    if proof.level < actor.proved.level:
        raise Refused(
            "Sei entrato con più di una password: esci, ed entra di nuovo come prima.",
            field="password",
        )
    audit.sign(session, person.id, proof.said())
    audit.record(session, person.id, "session.proved", person, now)
    return sign_ins.renew(session, actor.session_id, now, proof)


def _proof(session: Session, person: Person, code: str, now: datetime) -> Proof | None:
    """Tell what password and code prove; None where the code is wrong."""
    if not factors.of(session, person.id):
        return proofs.BY_PASSWORD
    means = codes.accept(session, person.id, code, now)
    if means == proofs.RECOVERY_CODE:
        left = codes.recovery_left(session, person.id)
        factor_letters.recovery_used(session, person, left, now)
    return None if means is None else Proof(proofs.TWO, (proofs.PASSWORD, means))
