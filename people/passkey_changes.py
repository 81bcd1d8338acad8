"""Making passkeys and taking them away: as every second step (`people.factor_changes`)."""

from sqlalchemy.orm import Session

from kit.errors import NotFound
from people import factor_changes, factors, passkeys, proofs
from people.actors import Actor
from people.factor_changes import Added
from people.passkeys import Called, PendingQuestion, Question


def ask(session: Session, actor: Actor) -> Question:
    """Ask this browser to make a passkey for whoever is signed in. Raises Refused."""
    factor_changes.check_may_add(session, actor)
    return passkeys.ask_to_make(session, actor, actor.now)


def make(
    session: Session, actor: Actor, answer: str, kept: PendingQuestion, called: Called
) -> Added:
    """Keep the passkey that a device has made; its owner is told by a letter.

    The session has written nothing yet, and holds no connection (`db.let_go`): the question is
    used up first, in a transaction of its own. With a first second step the session is one of
    two, under a new token; others end. Raises Refused.
    """
    made = passkeys.make(actor, answer, kept)
    person = factor_changes.held(session, actor.person_id)
    factor_changes.check_may_add(session, actor)
    before = factors.of(session, person.id)
    if not before:
        factor_changes.end_others(session, actor)
    passkeys.keep(session, actor, made, kept.user_handle, called)
    return factor_changes.settle(session, actor, person, before)


def take_away(session: Session, actor: Actor, passkey_id: int) -> None:
    """Take one's own passkey away. Raises NotFound, Refused for the last that a role asks for."""
    if all(passkey.id != passkey_id for passkey in passkeys.of(session, actor.person_id)):
        raise NotFound  # before anything is held
    factor_changes.take_away(session, actor, proofs.PASSKEY, passkey_id)
