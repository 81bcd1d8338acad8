"""Signing in, the second step: a code after the password."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from kit import audit, clock, db, limits
from kit.errors import Refused
from people import codes, factor_letters, guesses, half_way, proofs, sign_ins
from people.known_devices import Caller
from people.proofs import Proof


class Entered(NamedTuple):
    """A session that was opened: its token; how many codes on paper are left after using one."""

    token: str
    left: int | None


def take(paper: str, typed: str, caller: Caller, device: str) -> Entered:
    """Check the code of whose password was right, and open a session.

    Counted before it is looked at, as a password is (`people.guesses`). Raises half_way.Late,
    TooMany, Refused for a wrong code.
    """
    with db.transaction() as session:
        now = clock.now(session)
        person = half_way.read(session, paper, now)
        person_id = person.id
        uses = guesses.begin_code(session, person.email, typed, caller, now)
    with db.transaction() as session:
        entered = _enter(session, paper, typed, device, clock.now(session))
    # In one of its own: whoever counts holds nothing else, and locks no one after a person.
    with db.transaction() as session:
        if entered is not None:
            limits.give_back(session, uses)
            return entered
        guesses.note_code(session, person_id, caller, clock.now(session))
    raise Refused("Il codice non è questo, o è già stato usato.", field="one-time-code")


def _enter(session: Session, paper: str, typed: str, device: str, now: datetime) -> Entered | None:
    """Open a session by a code, held against whoever changes the password in this moment."""
    person = half_way.read(session, paper, now, hold=True)
    means = codes.accept(session, person.id, typed, now)
    if means is None:
        return None
    proof = Proof(proofs.TWO, (proofs.PASSWORD, means))
    token = sign_ins.open_session(session, person.id, device, now, proof)
    audit.sign(session, person.id, proof.said())
    audit.record(session, person.id, "session.opened", person, now)
    if means != proofs.RECOVERY_CODE:
        return Entered(token, None)
    left = codes.recovery_left(session, person.id)
    factor_letters.recovery_used(session, person, left, now)
    return Entered(token, left)
