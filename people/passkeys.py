"""Passkeys: a key that a person's device keeps, and shows only to whom it belongs.

With one somebody signs in without an address and a password, and reaches the level of two factors
(docs/decisions/0027). What a browser is asked and what its answer proves is `passkey_answers`.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit, clock, db, limits
from kit.errors import Message, Refused
from kit.limits import Use
from people import guesses, passkey_answers, passkey_challenges, proofs, sign_ins
from people.actors import Actor, NotSignedIn
from people.known_devices import Caller
from people.passkey_answers import Made, Signed
from people.passkey_challenges import MAKING, PROOF, SIGN_IN
from people.tables.factors import Passkey
from people.tables.persons import Person

# More devices than anybody has.
MOST = 20
LONGEST_NAME = 60
_HANDLE = 32

_ASK_AGAIN = Message(
    "La domanda al tuo dispositivo era scaduta o già usata: vale una volta, per cinque minuti, "
    "nella finestra in cui hai premuto per ultima. Premi di nuovo."
)
_UNKNOWN = Message(
    "Questa passkey qui non vale: forse l'hai tolta dal tuo accesso, o l'accesso è chiuso. Usa un "
    "altro modo, e togli la passkey anche dal dispositivo."
)
_COPIED = Message(
    "Questa passkey potrebbe essere stata copiata: il suo conteggio è tornato indietro. Non la "
    "accettiamo: usa un altro modo, poi toglila dal tuo accesso e fanne una nuova."
)


class Question(NamedTuple):
    """What a browser is asked, in JSON, and what it has to bring back sealed to be understood."""

    options: str
    kept: bytes


class Called(NamedTuple):
    """What a passkey is called: by its owner, or nothing; and what the browser calls itself."""

    name: str
    device: str


class PendingQuestion(NamedTuple):
    """What was asked before, as the browser brought it back."""

    challenge: bytes
    user_handle: bytes


def asked(kept: bytes) -> PendingQuestion:
    """Take apart what a question had the browser keep."""
    return PendingQuestion(kept[:32], kept[32:])


def of(session: Session, person_id: int) -> list[Passkey]:
    """List the passkeys of a person, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id)
    return list(session.scalars(mine.order_by(Passkey.id)))


def ask_to_make(session: Session, actor: Actor, now: datetime) -> Question:
    """Ask this browser to make a passkey for whoever is signed in. Raises Refused."""
    known = of(session, actor.person_id)
    _check_room(len(known))
    handle = known[0].user_handle if known else secrets.token_bytes(_HANDLE)
    challenge = passkey_challenges.ask(session, MAKING, actor, now)
    person = session.get_one(Person, actor.person_id)
    options = passkey_answers.to_make(person, challenge, handle, known)
    return Question(options, challenge + handle)


def make(actor: Actor, answer: str, kept: PendingQuestion) -> Made:
    """Use up the question to make one, and check what a device has made. Raises Refused.

    In a transaction of its own: the question is used up whatever the answer is worth.
    """
    with db.transaction() as session:
        good = passkey_challenges.use(session, kept.challenge, MAKING, actor, clock.now(session))
    if not good:
        raise Refused(_ASK_AGAIN)
    return passkey_answers.made(answer, kept.challenge)


def keep(session: Session, actor: Actor, made: Made, handle: bytes, called: Called) -> None:
    """Keep a passkey for whoever is signed in, who is locked. Raises Refused."""
    mine = select(func.count(Passkey.id)).where(Passkey.person_id == actor.person_id)
    _check_room(session.scalars(mine).one())
    row = {
        **made._asdict(),
        "person_id": actor.person_id,
        "user_handle": handle,
        "name": called.name,
        "device": called.device[:200],
        "made_at": actor.now,
    }
    new = insert(Passkey).values(row).on_conflict_do_nothing().returning(Passkey.id)
    if session.scalar(new) is None:
        raise Refused("Questa passkey c'è già.")


def forget(session: Session, person_id: int, passkey_id: int = 0) -> None:
    """Take away a passkey of a person, or all of them: nobody signs in by it any more."""
    mine = [Passkey.person_id == person_id, *([Passkey.id == passkey_id] if passkey_id else [])]
    session.execute(delete(Passkey).where(*mine))


def ask_to_sign_in(session: Session, caller: Caller, now: datetime) -> Question:
    """Ask a browser for any passkey it has for us. Raises TooMany."""
    guesses.begin_passkey(session, caller, now)
    challenge = passkey_challenges.ask(session, SIGN_IN, None, now)
    return Question(passkey_answers.to_show(challenge), challenge)


def sign_in(answer: str, kept: PendingQuestion, caller: Caller, device: str) -> str:
    """Open a session by a passkey alone; give its token. Raises Refused, and TooMany.

    Read, close, check, write. The question is used up, whatever the answer is worth.
    """
    found = _checked(answer, kept, SIGN_IN, None, caller)
    with db.transaction() as session:
        now = clock.now(session)
        limits.give_back(session, found.uses)
        # The session first: it holds the person, as whoever takes a passkey away does.
        token = sign_ins.open_session(
            session, found.passkey.person_id, device, now, proofs.BY_PASSKEY
        )
        why = _count_on(session, found, now)
        if why is None:
            owner = audit.of(Person, found.passkey.person_id)
            audit.sign(session, found.passkey.person_id, proofs.BY_PASSKEY.said())
            audit.record(session, found.passkey.person_id, "session.opened", owner, now)
            return token
        session.rollback()
    raise _not_taken(why, found.passkey.person_id, caller)


def ask_to_prove(session: Session, actor: Actor, caller: Caller, now: datetime) -> Question:
    """Ask whoever is signed in for one of their passkeys, again. Raises Refused, and TooMany."""
    known = of(session, actor.person_id)
    if not known:
        raise Refused("Non hai una passkey: usa un altro modo.")
    guesses.begin_passkey(session, caller, now)
    challenge = passkey_challenges.ask(session, PROOF, actor, now)
    return Question(passkey_answers.to_show(challenge, known), challenge)


def prove(answer: str, kept: PendingQuestion, actor: Actor, caller: Caller) -> str:
    """Prove once more who one is, by one of one's passkeys; give the session's new token.

    Raises Refused, also where it would be less than what the session has proved, TooMany, and
    NotSignedIn where that was ended meanwhile.
    """
    if proofs.BY_PASSKEY.level < actor.proved.level:
        raise Refused("Sei entrato con più di una passkey: esci, ed entra di nuovo come prima.")
    found = _checked(answer, kept, PROOF, actor, caller)
    with db.transaction() as session:
        now = clock.now(session)
        limits.give_back(session, found.uses)
        _lock(session, actor.person_id)
        if not sign_ins.hold(session, actor.session_id, now):
            raise NotSignedIn
        why = _count_on(session, found, now)
        if why is None:
            audit.sign(session, actor.person_id, proofs.BY_PASSKEY.said())
            owner = audit.of(Person, actor.person_id)
            audit.record(session, actor, "session.proved", owner, now)
            return sign_ins.renew(session, actor.session_id, now, proofs.BY_PASSKEY)
        session.rollback()
    raise _not_taken(why, actor.person_id, caller)


class _Checked(NamedTuple):
    passkey: Passkey
    signed: Signed
    uses: list[Use]


def _checked(
    answer: str, kept: PendingQuestion, purpose: str, actor: Actor | None, caller: Caller
) -> _Checked:
    """Use the question up and check its answer; what is refused is noted and counted."""
    try:
        shown = passkey_answers.shown(answer)
    except Refused:
        shown = None
    with db.transaction() as session:
        now = clock.now(session)
        # Asking and answering are one each; what turns out to be no guess gives both back.
        uses = guesses.begin_passkey(session, caller, now) * 2
        good = passkey_challenges.use(session, kept.challenge, purpose, actor, now)
        found = _by_id(session, shown.credential_id) if shown is not None else None
    owner_id = found.person_id if found is not None else None
    if not good:
        raise _not_taken(_ASK_AGAIN, owner_id, caller)
    if shown is None:
        raise _not_taken(passkey_answers.NOT_TAKEN, owner_id, caller)
    foreign = actor is not None and owner_id != actor.person_id
    if found is None or foreign or found.user_handle != shown.user_handle:
        raise _not_taken(_UNKNOWN, owner_id, caller)
    try:
        signed = passkey_answers.signed(answer, kept.challenge, found.public_key)
    except Refused as refused:
        raise _not_taken(refused.message, owner_id, caller) from refused
    return _Checked(found, signed, uses)


def _by_id(session: Session, credential_id: bytes) -> Passkey | None:
    """Find a passkey whose owner may sign in."""
    query = select(Passkey).join(Person, Person.id == Passkey.person_id)
    living = Passkey.credential_id == credential_id, Person.disabled_at.is_(None)
    return session.scalars(query.where(*living)).first()


def _count_on(session: Session, found: _Checked, now: datetime) -> Message | None:
    """Write down that a passkey was used; say why not where its count does not go on.

    Some devices do not count and always say 0. Of one that counts, a number that was there
    before means that two have the same key (WebAuthn, 6.1.1).
    """
    count = found.signed.sign_count
    goes_on = or_(Passkey.sign_count < count, (Passkey.sign_count == 0) & (count == 0))
    used = (
        update(Passkey)
        .where(Passkey.id == found.passkey.id, goes_on)
        .values(sign_count=count, backed_up=found.signed.backed_up, last_used_at=now)
        .returning(Passkey.id)
    )
    if session.scalar(used) is not None:
        return None
    still = session.scalar(select(Passkey.id).where(Passkey.id == found.passkey.id))
    return _COPIED if still is not None else _UNKNOWN


def _not_taken(why: Message, person_id: int | None, caller: Caller) -> Refused:
    """Keep that a passkey was refused, for whoever looks afterwards; give the refusal."""
    with db.transaction() as session:
        now = clock.now(session)
        account = audit.of(Person, person_id or guesses.NOBODY)
        facts = {"network": caller.network, "why": why.text}
        audit.record(session, None, "passkey.refused", account, now, after=facts)
    return Refused(why)


def _check_room(many: int) -> None:
    if many >= MOST:
        raise Refused("Hai già {most} passkey: togline una che non usi più.", most=MOST)


def _lock(session: Session, person_id: int) -> None:
    session.get_one(Person, person_id, with_for_update=True)
