"""Signing in and out: own sessions table, tokens only as hashes, guessing slowed down."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, not_, select, update
from sqlalchemy.orm import Session

from kit import audit, clock, db, limits, secret
from kit.errors import Refused
from kit.hot import Hot
from kit.settings import settings
from people import guesses, half_way, known_devices, passwords, proofs
from people.actors import Actor, Ended, NotSignedIn, Visitor
from people.half_way import HalfWay
from people.known_devices import Caller
from people.proofs import Proof
from people.tables.persons import Person
from people.tables.sessions import PersonSession

# Browsers accept the __Host- prefix only over TLS; on the loopback address of a trial
# (plain http) the same cookie goes without prefix and without Secure.
COOKIE = "__Host-session" if settings().public_url.startswith("https://") else "session"
LIFETIME = timedelta(days=30)
IDLE = timedelta(days=7)
# How long a session that ended by itself is still known: whoever was writing is led back.
REMEMBERED = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=10)
_FORM = "form of a session"
_MOST_COMPARED = 200
# The hash of the session's first token, of which its pages carry a mark.
_FORM_KEY = func.coalesce(PersonSession.form_key, PersonSession.token_hash).label("form_key")


class _ActorRow(NamedTuple):
    session_id: int
    last_seen_at: datetime
    person_id: int
    name: str
    email: str
    locale: str
    level: int
    means: list[str]
    proved_at: datetime
    form_key: bytes
    trial: bool
    factors: list[str]
    now: datetime
    grants: list[tuple[str, str, int]]


_ACTOR = Hot(
    _ActorRow,
    """
    select s.id as session_id, s.last_seen_at, p.id as person_id, p.name, p.email,
           p.locale, s.level, s.means, s.proved_at, coalesce(s.form_key, s.token_hash) as form_key,
           exists (select from trial) as trial,
           array_remove(array[
               case when exists (select from code_generator c where c.person_id = p.id
                   and c.confirmed_at is not null) then 'code' end,
               case when exists (select from passkey k where k.person_id = p.id)
                   then 'passkey' end
           ], null) as factors, clock_timestamp() as now,
           coalesce((select jsonb_agg(jsonb_build_array(g.role, g.scope_kind, g.scope_id))
                     from role_grant g where g.person_id = p.id
                       and (g.until is null or g.until > clock_timestamp())), '[]'::jsonb) as grants
    from person_session s join person p on p.id = s.person_id
    where s.token_hash = %(token_hash)s and s.expires_at > clock_timestamp()
      and p.disabled_at is null
    """,
)


def sign_in(email: str, password: str, caller: Caller, device: str) -> str | HalfWay:
    """Check a password and open a session (`enter`); give its token (the cookie's value).

    One of the named exceptions to one-transaction-per-request: read, close, hash, write.
    Raises Refused (same sentence and same cost whether or not the address is known) or
    TooMany after too many guesses (`people.guesses`).
    """
    with db.transaction() as session:
        uses = guesses.begin(session, email, caller, clock.now(session))
        person = session.scalars(
            select(Person).where(Person.email == email, Person.disabled_at.is_(None))
        ).first()
    correct = passwords.verify(person.password_hash if person else None, password)
    with db.transaction() as session:
        now = clock.now(session)
        if person is not None and correct:
            limits.give_back(session, uses)
            return enter(session, person, device, now)
        guesses.note(session, person.id if person is not None else None, caller, now)
    raise Refused("Indirizzo o password non corrispondono.", field="password")


def enter(session: Session, person: Person, device: str, now: datetime) -> str | HalfWay:
    """Let in whose password is right; whoever has a second step gets the paper for it."""
    waits = half_way.paper(session, person, now)
    if waits is not None:
        return waits
    token = open_session(session, person.id, device, now, proofs.BY_PASSWORD)
    audit.record(session, person.id, "session.opened", person, now)
    return token


def open_session(session: Session, person_id: int, device: str, now: datetime, proof: Proof) -> str:
    """Insert a session and give its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        PersonSession(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFETIME,
            device=device[:200],
            level=proof.level,
            means=list(proof.means),
            proved_at=now,
        )
    )
    session.flush()
    return token


def hold(session: Session, session_id: int, now: datetime) -> bool:
    """Lock a session for what is proved in it; False where it has ended."""
    living = select(PersonSession.id).where(PersonSession.id == session_id, _living(now))
    return session.scalar(living.with_for_update()) is not None


def renew(session: Session, session_id: int, now: datetime, proof: Proof) -> str:
    """Keep what was proved just now in a session that is held; give its new token.

    Its forms go on: they carry a mark of its first token.
    """
    token = secrets.token_urlsafe(32)
    session.execute(
        update(PersonSession)
        .where(PersonSession.id == session_id)
        .values(
            token_hash=token_hash(token),
            form_key=_FORM_KEY,
            level=proof.level,
            means=list(proof.means),
            proved_at=now,
        )
    )
    return token


def actor_of(session: Session, token: str) -> Actor | None:
    """Find who holds a token, with roles and the database's instant (one statement)."""
    if not 20 <= len(token) <= 100:
        return None
    row = _ACTOR.row(session, {"token_hash": token_hash(token)})
    if row is None or row.now - row.last_seen_at > IDLE:
        return None
    held = [(role, kind, id_) for role, kind, id_ in row.grants]
    awake, resting = proofs.share(held, row.level, trial=row.trial)
    return Actor(
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        locale=row.locale,
        session_id=row.session_id,
        grants=awake,
        now=row.now,
        seen_late=row.now - row.last_seen_at > SEEN_EVERY,
        resting=resting,
        proved=Proof(row.level, tuple(row.means)),
        proved_at=row.proved_at,
        form_key=bytes(row.form_key),
        factors=tuple(row.factors),
        trial=row.trial and not proofs.required(),
    )


def note_seen(session: Session, session_id: int, now: datetime) -> None:
    """Write down that a session is used, unless its row is held: the next request does it.

    In a transaction of its own. In that of a request it held the row for as long as that ran,
    against the other pages of the same person and against who ends the session (a deadlock).
    """
    free = select(PersonSession.id).where(PersonSession.id == session_id)
    session.execute(
        update(PersonSession)
        .where(PersonSession.id.in_(free.with_for_update(skip_locked=True)))
        .values(last_seen_at=now)
    )


def visitor_of(session: Session, token: str) -> Visitor:
    """Find whoever looks at a public page."""
    actor = actor_of(session, token) if token else None
    return Visitor(actor, actor.now if actor else clock.now(session))


def require(session: Session, token: str) -> Actor:
    """Find who holds a token; raises NotSignedIn."""
    actor = actor_of(session, token) if token else None
    if actor is None:
        raise NotSignedIn
    return actor


def ended(session: Session, token: str) -> Ended | None:
    """Tell whose session this was, if it ended by itself and is still known."""
    if not 20 <= len(token) <= 100:
        return None
    now = clock.now(session)
    found = session.execute(
        select(PersonSession.person_id, _FORM_KEY)
        .join(Person, Person.id == PersonSession.person_id)
        .where(
            PersonSession.token_hash == token_hash(token),
            Person.disabled_at.is_(None),
            not_(_living(now)),
            not_(_forgotten(now)),
        )
    ).first()
    return None if found is None else Ended(found.person_id, found.form_key, now)


def _living(now: datetime) -> ColumnElement[bool]:
    return and_(PersonSession.expires_at > now, PersonSession.last_seen_at >= now - IDLE)


def _forgotten(now: datetime) -> ColumnElement[bool]:
    """Whether a session ended by itself so long ago that it is not remembered any more."""
    ended_at = func.least(PersonSession.expires_at, PersonSession.last_seen_at + IDLE)
    return ended_at < now - REMEMBERED


def sign_out(session: Session, actor: Actor) -> None:
    """End this session."""
    session.execute(delete(PersonSession).where(PersonSession.id == actor.session_id))
    audit.record(session, actor, "session.closed", audit.of(Person, actor.person_id), actor.now)


def sign_out_everywhere(session: Session, actor_id: int, person_id: int, now: datetime) -> int:
    """End all sessions of a person; give how many there were, those that had ended apart."""
    gone = session.scalars(
        delete(PersonSession).where(PersonSession.person_id == person_id).returning(_living(now))
    ).all()
    facts = {"sessions": sum(gone)}
    audit.record(
        session,
        actor_id,
        "session.closed_everywhere",
        audit.of(Person, person_id),
        now,
        after=facts,
    )
    return sum(gone)


def sessions_of(session: Session, person_id: int, now: datetime) -> list[PersonSession]:
    """The devices on which a person is signed in, last used first."""
    return list(
        session.scalars(
            select(PersonSession)
            .where(PersonSession.person_id == person_id, _living(now))
            .order_by(PersonSession.last_seen_at.desc(), PersonSession.id)
        )
    )


def forget_expired(session: Session, now: datetime) -> None:
    """Drop sessions that ended by themselves, and browsers known, long ago (a timer's work)."""
    session.execute(delete(PersonSession).where(_forgotten(now)))
    known_devices.forget_old(session, now)


def token_hash(token: str) -> bytes:
    """SHA-256 of a random token: enough, since it has 256 bits of its own."""
    return hashlib.sha256(token.encode()).digest()


def csrf_token(form_key: bytes) -> str:
    """The form token bound to a session: nobody makes it without the server's own secret.

    It is made of what is kept of the session (`Actor.form_key`), so that a form of an earlier
    session of the same person can be told from a foreign one (`is_earlier_form`).
    """
    return secret.mark(_FORM, form_key)


def is_own_form(form_key: bytes, given: str) -> bool:
    """Tell whether a form belongs to this session."""
    return secret.is_mark(_FORM, form_key, given)


def is_earlier_form(session: Session, actor: Actor, given: str) -> bool:
    """Tell whether a form belongs to another session of the same person that is still known."""
    rows = session.scalars(
        select(_FORM_KEY)
        .where(PersonSession.person_id == actor.person_id, PersonSession.id != actor.session_id)
        .order_by(PersonSession.id.desc())
        .limit(_MOST_COMPARED)
    )
    return any(secret.is_mark(_FORM, key, given) for key in rows)
