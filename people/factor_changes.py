"""Adding second steps and taking them away: who may, and who is told (docs/decisions/0027)."""

from datetime import datetime, timedelta
from typing import NamedTuple

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kit import audit, secret, shown
from kit.errors import Invalid, Message, NotFound, Refused
from people import (
    codes,
    factor_letters,
    factors,
    known_devices,
    link_letters,
    link_requests,
    links,
    passkeys,
    persons,
    proofs,
    sign_ins,
)
from people.actors import Actor, NotSignedIn
from people.factors import Factor
from people.proofs import Proof
from people.tables.links import OneTimeLink
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession

ISSUER = "FareLegami"
# As long as the link of the letter was good.
ADDING = timedelta(minutes=link_letters.FACTOR_MINUTES)
_BETWEEN = timedelta(minutes=5)
_LABEL = "adding an app"
_WRONG = Message(
    "Il codice non è questo: scrivi quello che l'app mostra adesso. Se continua, guarda che l'ora "
    "del telefono sia giusta."
)
_NAMES = {
    "made": Message("i codici di recupero"),
    "left": Message("quanti codici di recupero restano"),
}


class Having(NamedTuple):
    """What somebody has for a second step, and what they may do about it.

    `asked`: a role of theirs asks for one. `letter_at`: when the letter was asked for that still
    leads to a first one; `adding_until`: until when that may be added in this session.
    """

    factors: list[Factor]
    recovery_left: int
    recovery_made: datetime | None
    asked: bool
    letter_at: datetime | None
    adding_until: datetime | None

    def parts(self) -> dict[str, str]:
        """What the page shows of the codes on paper, which new ones end."""
        made = self.recovery_made.isoformat() if self.recovery_made else ""
        return {"made": made, "left": str(self.recovery_left)}


class App(NamedTuple):
    """An app that is being added: its secret, the address that apps read, and both sealed."""

    secret: str
    uri: str
    sealed: str

    @property
    def groups(self) -> list[str]:
        """The secret as it is typed by hand."""
        return [self.secret[n : n + 4] for n in range(0, len(self.secret), 4)]


class Added(NamedTuple):
    """A second step that was added: the session's new token, and new codes on paper, if any."""

    token: str | None
    recovery: list[str]


def of(session: Session, actor: Actor) -> Having:
    """Tell what somebody has for a second step, for their page."""
    found = factors.of(session, actor.person_id)
    return Having(
        found,
        codes.recovery_left(session, actor.person_id),
        codes.recovery_made(session, actor.person_id),
        _is_asked(session, actor),
        None if found else _letter_at(session, actor),
        None if found else _adding_until(session, actor),
    )


def ask_letter(session: Session, actor: Actor) -> None:
    """Send the letter that leads to a first second step.

    Raises TooMany; Refused for whoever has one, and right after a letter.
    """
    link_requests.count_letter(session, link_requests.FACTOR, actor.email, actor.now)
    person = held(session, actor.person_id)
    if factors.of(session, person.id):
        raise Refused("Un secondo passo ce l'hai già: per aggiungerne altri non serve la lettera.")
    sent = _letter_at(session, actor)
    if sent is not None and sent > actor.now - _BETWEEN:
        raise Refused(
            "La lettera è già partita: guarda nella posta, anche tra quella indesiderata. Se fra "
            "cinque minuti non c'è, chiedine un'altra."
        )
    link_letters.factor(session, person, actor.now)


def open_by_letter(session: Session, actor: Actor, token: str) -> None:
    """Let a first second step be added in this session, by the link of the letter.

    Raises links.Spent, also for a link of somebody else.
    """
    held(session, actor.person_id)
    link = links.look_up(session, token, actor.now)
    if link.purpose != "factor" or link.person_id != actor.person_id:
        raise links.Spent
    mine = OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None)
    session.execute(update(OneTimeLink).where(*mine).values(used_at=actor.now))
    here = PersonSession.id == actor.session_id
    session.execute(update(PersonSession).where(here).values(adding_until=actor.now + ADDING))


def check_may_add(session: Session, actor: Actor) -> None:
    """Raise Refused where a second step may not be added in this session.

    Whoever has one has proved it a short while ago (the route asks); a first one takes the link of
    a letter, so that who stole a password does not add their own.
    """
    if actor.factors:
        if not actor.fresh:
            raise Refused("Prima conferma che sei tu.")
        return
    if _adding_until(session, actor) is None:
        raise Refused("Prima apri il collegamento della lettera: te lo mandiamo da qui.")


def begin_app(session: Session, actor: Actor) -> App:
    """Begin to add the codes of an app, or to replace them. Raises Refused."""
    check_may_add(session, actor)
    return _app(actor, codes.begin(session, actor.person_id, actor.now))


def begun_app(session: Session, actor: Actor, sealed: str) -> App | None:
    """Give the app that is being added in this session, for a page that is shown again."""
    try:
        known = secret.unseal(_LABEL, sealed, _about(actor)).decode()
    except secret.NotOurs:
        return None
    begun = codes.begun(session, actor.person_id, actor.now)
    return _app(actor, known) if begun == known else None


def confirm_app(session: Session, actor: Actor, sealed: str, typed: str) -> Added:
    """Let the codes of an app count, by one of them.

    With a first second step the session is one of two, under a new token; others, which knew a
    password alone, end; codes on paper are made. Raises Invalid for a wrong code, Refused.
    """
    person = held(session, actor.person_id)
    if begun_app(session, actor, sealed) is None:
        raise Refused("È passata più di un'ora, o hai ricominciato: comincia da capo.")
    before = factors.of(session, person.id)
    if not before:
        end_others(session, actor)
    if not codes.confirm(session, person.id, typed, actor.now):
        raise Invalid({"one-time-code": _WRONG})
    return settle(session, actor, person, before)


def settle(session: Session, actor: Actor, person: Person, before: list[Factor]) -> Added:
    """End the adding of a second step, of whatever kind: raise the session, tell its owner.

    The person is locked; `before` is what they had. After a first one the session is one of two,
    under a new token, and codes on paper are made.
    """
    after = factors.of(session, person.id)
    (new,) = (factor for factor in after if factor not in before)
    facts = {"kind": new.kind}
    audit.record(session, actor, "factor.added", person, actor.now, after=facts)
    if before and len(after) == len(before):
        factor_letters.replaced(session, person, new.named, actor.now)
    else:
        factor_letters.added(session, person, new.named, actor.now, first=not before)
    if before:
        return Added(None, [])
    token = None
    if actor.proved.level == proofs.ONE:
        proof = Proof(proofs.TWO, (*actor.proved.means, new.kind))
        token = sign_ins.renew(session, actor.session_id, actor.now, proof)
    return Added(token, codes.new_recovery_codes(session, person.id, actor.now))


def end_others(session: Session, actor: Actor) -> None:
    """End the other sessions of whoever adds a first second step: they knew a password alone.

    Raises NotSignedIn where this one was ended.
    """
    if not sign_ins.hold(session, actor.session_id, actor.now):
        raise NotSignedIn
    mine = PersonSession.person_id == actor.person_id
    session.execute(delete(PersonSession).where(mine, PersonSession.id != actor.session_id))


def take_away(session: Session, actor: Actor, kind: str, id_: int = 0) -> None:
    """Take away a second step, of several of a kind the one with this id.

    Raises NotFound; Refused for the last one that a role asks for.
    """
    person = held(session, actor.person_id)
    found = factors.of(session, person.id)
    gone = next((each for each in found if each.kind == kind and id_ in (0, each.id)), None)
    if gone is None:
        raise NotFound
    last = len(found) == 1
    if last and _is_asked(session, actor):
        raise Refused(
            "Un tuo ruolo chiede il secondo passo, e questo è l'ultimo: per cambiarlo aggiungi "
            "prima quello nuovo."
        )
    if gone.kind == proofs.PASSKEY:
        passkeys.forget(session, person.id, gone.id)
    else:
        codes.forget(session, person.id)
    if last:
        codes.forget_recovery(session, person.id)
    facts = {"kind": gone.kind}
    audit.record(session, actor, "factor.removed", person, actor.now, before=facts)
    factor_letters.taken_away(session, person, gone.named, actor.now, last=last)


def renew_recovery(session: Session, actor: Actor, seen: str) -> list[str]:
    """Make new codes on paper and give them; those before end. Raises Refused, shown.Changed."""
    person = held(session, actor.person_id)
    having = of(session, actor)
    if not having.factors:
        raise Refused("I codici di recupero servono solo con un secondo passo: prima aggiungilo.")
    shown.check(seen, having.parts(), _NAMES.__getitem__)
    made = codes.new_recovery_codes(session, person.id, actor.now)
    audit.record(session, actor, "recovery_codes.made", person, actor.now)
    factor_letters.recovery_made(session, person, actor.now)
    return made


def forget(session: Session, email: str, now: datetime) -> int:
    """Take all second steps of a person away, for an operator at the machine; tell how many.

    Every session ends, and no browser is known any more. Raises Refused.
    """
    known = persons.by_email(session, email)
    if known is None:
        raise Refused("Nessuno ha questo indirizzo.")
    person = held(session, known.id)
    found = factors.of(session, person.id)
    if not found:
        raise Refused("Questa persona non ha un secondo passo.")
    session.execute(delete(PersonSession).where(PersonSession.person_id == person.id))
    codes.forget(session, person.id)
    passkeys.forget(session, person.id)
    codes.forget_recovery(session, person.id)
    known_devices.forget(session, person.id)
    facts = {"kinds": [factor.kind for factor in found]}
    audit.record(session, None, "factors.forgotten", person, now, before=facts)
    factor_letters.forgotten(session, person, now)
    return len(found)


def held(session: Session, person_id: int) -> Person:
    """Lock a person: what they have is counted and changed by one at a time."""
    return session.get_one(Person, person_id, with_for_update=True)


def _is_asked(session: Session, actor: Actor) -> bool:
    """Whether a role that the person holds asks for a second step here, read now."""
    query = select(RoleGrant.role).where(RoleGrant.person_id == actor.person_id)
    asked = any(proofs.asked_of(role) > proofs.ONE for role in session.scalars(query))
    return asked and not actor.trial


def _letter_at(session: Session, actor: Actor) -> datetime | None:
    """When the last letter went whose link is still good."""
    query = select(OneTimeLink.created_at).where(
        OneTimeLink.person_id == actor.person_id,
        OneTimeLink.purpose == "factor",
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > actor.now,
    )
    return session.scalars(query.order_by(OneTimeLink.id.desc()).limit(1)).first()


def _adding_until(session: Session, actor: Actor) -> datetime | None:
    here = PersonSession.id == actor.session_id, PersonSession.adding_until > actor.now
    return session.scalar(select(PersonSession.adding_until).where(*here))


def _app(actor: Actor, known: str) -> App:
    uri = pyotp.TOTP(known).provisioning_uri(name=actor.email, issuer_name=ISSUER)
    return App(known, uri, secret.seal(_LABEL, known.encode(), _about(actor)))


def _about(actor: Actor) -> bytes:
    return f"{actor.person_id} {actor.session_id}".encode()
