"""Identities of a provider: whose they are, coming in by one, joining and parting them.

Nobody is joined by an address or a tax code: whoever has an access here proves that too, and says
yes (docs/decisions/0028).
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from kit import audit, clock, db, letters
from kit.errors import Message, NotFound, Refused
from kit.settings import settings as site
from people import attested, factors, link_letters, persons, proofs, sign_ins
from people.actors import Actor, NotSignedIn
from people.providers import settings
from people.providers.answers import Answer
from people.tables.identities import Identity
from people.tables.persons import Person
from people.tables.sessions import PersonSession

_MOST = 10
_TAKEN = Message("Questa identità è già collegata a un accesso: entra di nuovo con {name}.")


def enter(answer: Answer, device: str) -> str | None:
    """Let in the person whose identity this is; give the session's token, None for nobody's.

    In a transaction of its own, as every sign-in. Raises Refused for an access that is closed or
    that asks for more than this proves, and where its tax code is another's.
    """
    with db.transaction() as session:
        owner_id = owner_of(session, answer)
        if owner_id is None:
            return None
        attested.lock(session, answer)
        person = session.get_one(Person, owner_id, with_for_update=True)
        now = clock.now(session)
        if not _used(session, answer, owner_id, now):
            return None
        _check_may_enter(session, person, answer)
        attested.check_tax_code(session, answer, owner_id)
        attested.keep(session, answer, owner_id, now)
        audit.sign(session, owner_id, answer.proof.said())
        token = sign_ins.open_session(session, owner_id, device, now, answer.proof)
        audit.record(session, owner_id, "session.opened", person, now)
        return token


def owner_of(session: Session, answer: Answer) -> int | None:
    """Whose identity this is; None of one that is nobody's."""
    return session.scalar(select(Identity.person_id).where(*_this(answer)))


def link(session: Session, actor: Actor, answer: Answer, now: datetime) -> None:
    """Join an identity to the access of whoever acts, who has proved both; tell them by letter.

    Raises Refused where the identity or its tax code is another's, or where the person has
    another tax code.
    """
    attested.lock(session, answer)
    person = session.get_one(Person, actor.person_id, with_for_update=True)
    owner_id = owner_of(session, answer)
    if owner_id == actor.person_id:
        return
    if owner_id is not None:
        raise Refused(
            "Questa identità è già collegata a un altro accesso: non abbiamo collegato niente."
        )
    attested.check_tax_code(session, answer, actor.person_id)
    if len(of(session, actor.person_id)) >= _MOST:
        raise Refused("Hai già collegato tante identità quante se ne tengono: togline una prima.")
    insert(session, answer, actor.person_id, now)
    attested.keep(session, answer, actor.person_id, now)
    after = {"provider": answer.provider}
    audit.record(session, actor, "identity.linked", person, now, after=after)
    _tell(
        session,
        person,
        Message("{name} è collegato al tuo accesso", name=answer.called),
        Message(
            "Ciao,\n\nda adesso ({when}) puoi entrare in FareLegami anche con {name}.\n\nSe non "
            "sei stato tu, scollegalo subito e cambia la password:\n\n{url}\n",
            when=now,
            name=answer.called,
            url=site().public_url + "/account/identities",
        ),
        now,
    )


def unlink(session: Session, actor: Actor, identity_id: int, now: datetime) -> str:
    """Part an identity from the access of whoever acts; give what to call it.

    The sessions that were opened by it elsewhere end, what its provider said is forgotten unless
    another identity of theirs is of the same one, and its owner is told by letter. Raises
    NotFound, and Refused where there would be no way in any more.
    """
    if all(each.id != identity_id for each in of(session, actor.person_id)):
        raise NotFound  # before anything is held
    person = session.get_one(Person, actor.person_id, with_for_update=True)
    mine = of(session, actor.person_id)
    found = next((each for each in mine if each.id == identity_id), None)
    if found is None:
        raise NotFound
    if person.password_hash is None and len(mine) == 1:
        raise Refused(
            "È l'unico modo in cui puoi entrare: prima scegli una password, poi lo scolleghi."
        )
    session.execute(delete(Identity).where(Identity.id == identity_id))
    mean = f"provider:{found.provider}"
    if all(each.provider != found.provider for each in mine if each.id != identity_id):
        attested.forget(session, actor.person_id, found.provider)
    name = settings.called(found.provider)
    after = {"provider": found.provider}
    audit.record(session, actor, "identity.unlinked", person, now, after=after)
    _end_sessions(session, actor, mean)
    _tell(
        session,
        person,
        Message("{name} non è più collegato al tuo accesso", name=name),
        Message(
            "Ciao,\n\nda adesso ({when}) non si entra più in FareLegami con {name}.\n\nSe non sei "
            "stato tu, cambia subito la password:\n\n{url}\n",
            when=now,
            name=name,
            url=site().public_url + "/password-reset",
        ),
        now,
    )
    return name


def prove(actor: Actor, answer: Answer) -> str:
    """Prove once more who one is, by an identity of one's own; give the session's new token.

    That its owner has signed in there again was looked at before (`openid.arrival`). Raises
    Refused for an identity of somebody else and for less than the session has proved,
    NotSignedIn where that has ended.
    """
    with db.transaction() as session:
        person = session.get_one(Person, actor.person_id, with_for_update=True)
        now = clock.now(session)
        if not _used(session, answer, actor.person_id, now):
            raise Refused(
                "{name} ci ha detto che sei un'altra persona: non è cambiato niente.",
                name=answer.called,
            )
        if not sign_ins.hold(session, actor.session_id, now):
            raise NotSignedIn
        if answer.level < actor.proved.level:
            raise Refused(
                "Sei entrato con un livello più alto: esci, ed entra di nuovo come prima."
            )
        audit.sign(session, person.id, answer.proof.said())
        audit.record(session, person.id, "session.proved", person, now)
        return sign_ins.renew(session, actor.session_id, now, answer.proof)


def of(session: Session, person_id: int) -> list[Identity]:
    """The identities of a person, the oldest first."""
    query = select(Identity).where(Identity.person_id == person_id)
    return list(session.scalars(query.order_by(Identity.id)))


def _this(answer: Answer) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Identity.issuer == answer.issuer, Identity.subject == answer.subject


def _used(session: Session, answer: Answer, person_id: int, now: datetime) -> bool:
    """Note that an identity is used; False where it is not this person's (any more)."""
    mine = and_(*_this(answer), Identity.person_id == person_id)
    using = update(Identity).where(mine).values(last_used_at=now, provider=answer.provider)
    return session.scalar(using.returning(Identity.id)) is not None


def _check_may_enter(session: Session, person: Person, answer: Answer) -> None:
    if person.disabled_at is not None:
        raise Refused("Questo accesso è chiuso. Scrivi a chi gestisce il servizio.")
    if answer.level < proofs.TWO and factors.of(session, person.id):
        raise Refused(
            "Hai scelto di entrare con un secondo passaggio, e {name} da solo non lo vale: entra "
            "con la password e il secondo passaggio.",
            name=answer.called,
        )


def insert(session: Session, answer: Answer, person_id: int, now: datetime) -> None:
    """Make an identity a person's; raises Refused where it is somebody's by now."""
    made = postgresql.insert(Identity).values(
        issuer=answer.issuer,
        subject=answer.subject,
        person_id=person_id,
        provider=answer.provider,
        linked_at=now,
        last_used_at=now,
    )
    once = [Identity.issuer, Identity.subject]
    alone = made.on_conflict_do_nothing(index_elements=once).returning(Identity.id)
    if session.scalar(alone) is None:
        raise Refused(Message(_TAKEN.text, name=answer.called))


def _end_sessions(session: Session, actor: Actor, mean: str) -> None:
    by_it = func.array_position(PersonSession.means, mean).is_not(None)
    others = PersonSession.person_id == actor.person_id, PersonSession.id != actor.session_id
    session.execute(delete(PersonSession).where(*others, by_it))


def _tell(session: Session, person: Person, subject: Message, body: Message, now: datetime) -> None:
    letters.write(
        session,
        kind=link_letters.SIGN_IN,
        to=persons.reader(person),
        subject=subject,
        text=body,
        key=f"identity:{person.id}:{now:%Y%m%d%H%M%S%f}",
    )
