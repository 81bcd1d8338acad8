"""An access that ends for good: asked for, told by letter, and after some days carried out.

What becomes of what other houses keep is theirs to say; `community.erasures` puts it together.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit, letters
from kit.acts import ActOnce
from kit.errors import Message
from kit.letters import Reader
from kit.mail import Mail
from kit.paper.documents import Document
from kit.settings import settings
from people import known_devices, persons, roles
from people.actors import Actor
from people.tables.factors import CodeGenerator, Passkey, RecoveryCode
from people.tables.identities import AttestedAttribute, Identity
from people.tables.links import LinkWish, MailLink, OneTimeLink
from people.tables.persons import AddressChange, Erasure, Person
from people.tables.roles import AdministratorProposal, Invitation, RoleGrant
from people.tables.sessions import KnownDevice, PersonSession

ASKED, UNUSED = "asked", "unused"
WAITS = {ASKED: timedelta(days=7), UNUSED: timedelta(days=30)}
"""How long an erasure can be thought better of."""
TOLD = timedelta(days=30)
"""How long the last letter, and with it the address, stays."""
NAME = "Persona cancellata"
DATA, FAREWELL = "people.own_data", "people.farewell"
letters.register(DATA, Message("I tuoi dati"))
letters.register(FAREWELL, Message("L'accesso è cancellato"))

_SEEN = (PersonSession, KnownDevice, AddressChange)
"""What whoever comes in leaves for as long as `known_devices.KEPT`, by whatever they came."""
IDENTITIES = (Identity, AttestedAttribute)
GONE = (PersonSession, Passkey, CodeGenerator, RecoveryCode, KnownDevice, AddressChange)
"""With `IDENTITIES` what is nobody else's and goes as it is, in the order of locks."""


def address_of_nobody(person_id: int) -> str:
    """Give what stands where the address stood: nobody can sign in, or be written to, by it."""
    return f"cancellata-{person_id}@farelegami.invalid"


def of(session: Session, person_id: int) -> Erasure | None:
    """Find the erasure a person's access is waiting for, if any."""
    return session.scalars(
        select(Erasure).where(Erasure.person_id == person_id, Erasure.done_at.is_(None))
    ).first()


def ask(session: Session, actor: Actor, now: datetime) -> Erasure:
    """Ask for one's own access to be erased; asked again it stays as it is.

    The caller has looked for what stands in its way.
    """
    return _plan(session, session.get_one(Person, actor.person_id), ASKED, now)


def announce(session: Session, person: Person, now: datetime) -> None:
    """Tell the owner of an access that nobody uses that it will be erased."""
    _plan(session, person, UNUSED, now)


def withdraw(session: Session, actor: Actor, now: datetime) -> bool:
    """Keep one's own access after all; give whether it was to be erased."""
    mine = Erasure.person_id == actor.person_id, Erasure.done_at.is_(None)
    gone = session.scalar(delete(Erasure).where(*mine).returning(Erasure.person_id))
    if gone is None:
        return False
    person = session.get_one(Person, actor.person_id)
    audit.record(session, actor, "erasure.withdrawn", person, now)
    text = Message("Ciao {name},\n\nil tuo accesso a FareLegami resta: non lo cancelliamo.\n")
    _write(session, person, Message("Il tuo accesso resta"), text, f"withdrawn:{now.isoformat()}")
    return True


def unused(session: Session, now: datetime, most: int) -> list[Person]:
    """Find accesses without a role in which nobody has signed in for as long as that is known.

    A house above leaves out those of whom it keeps something.
    """
    known = [exists().where(table.person_id == Person.id) for table in (*_SEEN, RoleGrant, Erasure)]
    query = select(Person).where(
        Person.disabled_at.is_(None),
        Person.created_at < now - known_devices.KEPT,
        *(~each for each in known),
    )
    return list(session.scalars(query.order_by(Person.id).limit(most)))


def due(session: Session, now: datetime) -> list[int]:
    """Find whose erasures have come to their time."""
    query = select(Erasure.person_id).where(Erasure.due_at <= now, Erasure.done_at.is_(None))
    return list(session.scalars(query.order_by(Erasure.person_id)))


def held(session: Session, person_id: int, now: datetime) -> Erasure | None:
    """Hold an erasure whose time has come; None where it was withdrawn, put off or done."""
    query = select(Erasure).where(
        Erasure.person_id == person_id, Erasure.due_at <= now, Erasure.done_at.is_(None)
    )
    return session.scalars(query.with_for_update()).first()


def is_used_again(session: Session, found: Erasure) -> bool:
    """Whether somebody signed in with an access that was to go because nobody did."""
    mine = exists().where(KnownDevice.person_id == found.person_id)
    within = exists().where(PersonSession.person_id == found.person_id)
    return found.because == UNUSED and bool(session.scalar(select(or_(mine, within))))


def put_off(session: Session, found: Erasure, why: Sequence[Message], now: datetime) -> None:
    """Wait some days more, and tell what stands in the way."""
    found.due_at = now + WAITS[ASKED]
    person = session.get_one(Person, found.person_id)
    text = letters.lines(
        Message("Ciao {name},", name=person.name),
        "",
        Message("non abbiamo ancora cancellato il tuo accesso a FareLegami, perché:"),
        *why,
        "",
        Message("Ci riproviamo {when}. Se vuoi tenerlo:\n\n{url}", when=found.due_at, url=_url()),
        "",
    )
    subject = Message("Il tuo accesso non è ancora cancellato")
    _write(session, person, subject, text, f"put-off:{now.isoformat()}")


def alone(session: Session, person_id: int, *, hold: bool = False) -> list[roles.Role]:
    """Give the roles of a person that nobody else holds who may sign in.

    With `hold` the grants of all who hold the same are locked: two who go at once come in turn.
    """
    mine = select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id)
    held = session.execute(
        mine.where(RoleGrant.person_id == person_id).order_by(RoleGrant.id)
    ).all()
    found = []
    for role, kind, id_ in held:
        same = RoleGrant.role == role, RoleGrant.scope_kind == kind, RoleGrant.scope_id == id_
        grants = select(RoleGrant.person_id).where(*same).order_by(RoleGrant.id)
        if hold:
            grants = grants.with_for_update()
        others = [one for one in session.scalars(grants) if one != person_id]
        living = select(Person.id).where(Person.id.in_(others), Person.disabled_at.is_(None))
        if session.scalar(living.limit(1)) is None:
            found.append((role, kind, id_))
    return found


def forget_wishes(session: Session, person: Person) -> None:
    """Drop what waits for a press or a letter and names somebody; before any other lock."""
    proposed = AdministratorProposal.email == person.email
    session.execute(delete(AdministratorProposal).where(proposed))
    session.execute(delete(LinkWish).where(LinkWish.email == person.email))
    session.execute(delete(MailLink).where(MailLink.person_id == person.id))


def close(
    session: Session, found: Erasure, now: datetime, may_go: Callable[[list[roles.Role]], None]
) -> None:
    """Close an access for good: nobody signs in with it, and nobody is named by it any more.

    `may_go` is asked once more, under the locks, of the roles that nobody else holds, and raises
    Refused. Its owner is told by a last letter, which goes after `TOLD`.
    """
    person = session.get_one(Person, found.person_id, with_for_update=True)
    email, locale = person.email, person.locale
    _forget_links(session, person)
    _drop(session, person, IDENTITIES)
    may_go(alone(session, person.id, hold=True))
    _take_roles(session, person, now)
    _drop(session, person, GONE)
    session.execute(delete(ActOnce).where(ActOnce.person_id == person.id))
    session.execute(
        delete(Document).where(Document.subject_kind == "person", Document.subject_id == person.id)
    )
    written = Mail.person_id == person.id, Mail.to == email, Mail.given_up_on == email
    session.execute(delete(Mail).where(or_(*written)))
    person.email, person.name = address_of_nobody(person.id), NAME
    person.password_hash, person.disabled_at = None, now
    found.done_at = now
    session.flush()
    audit.record(session, None, "erased", person, now)
    letters.write(
        session,
        kind=FAREWELL,
        to=Reader(email, "", locale),
        subject=Message("Il tuo accesso a FareLegami è cancellato"),
        text=Message(
            "Ciao,\n\nil tuo accesso a FareLegami è stato cancellato: con questo indirizzo non "
            "entra più nessuno, e nessuna pagina dice più il tuo nome. Restano i movimenti dei "
            "conti, gli atti dei bandi e il registro, che la legge ci fa tenere. Questa lettera "
            "la dimentichiamo tra {days} giorni.\n",
            days=TOLD.days,
        ),
        key=f"erased:{person.id}",
        private=True,
    )


def forget_told(session: Session, now: datetime) -> None:
    """Forget the last letters, with their addresses (a timer's work)."""
    session.execute(delete(Mail).where(Mail.kind == FAREWELL, Mail.created_at < now - TOLD))


def _plan(session: Session, person: Person, because: str, now: datetime) -> Erasure:
    row = {"person_id": person.id, "because": because, "asked_at": now}
    made = insert(Erasure).values(**row, due_at=now + WAITS[because])
    new = session.scalar(made.on_conflict_do_nothing().returning(Erasure.person_id))
    found = session.get_one(Erasure, person.id, populate_existing=True)
    if new is None:
        return found
    audit.record(session, person.id if because == ASKED else None, "erasure.asked", person, now)
    asked = Message(
        "Ciao {name},\n\nhai chiesto di cancellare il tuo accesso a FareLegami. Lo facciamo "
        "{when}, e da allora non si torna indietro. Fino a quel momento puoi ripensarci, qui:"
        "\n\n{url}\n\nSe non l'hai chiesto tu, cambia subito la password e tienilo.\n"
    )
    unused_ = Message(
        "Ciao {name},\n\nda un anno nessuno entra con il tuo accesso a FareLegami, e non ha né "
        "ruoli né domande: per non tenere dati che non servono lo cancelliamo {when}. Se vuoi "
        "tenerlo basta entrare, prima di allora:\n\n{url}\n"
    )
    text = asked if because == ASKED else unused_
    said = Message(text.text, name=person.name, when=found.due_at, url=_url())
    subject = Message("Il tuo accesso a FareLegami sarà cancellato")
    _write(session, person, subject, said, f"asked:{now.isoformat()}")
    return found


def _drop(session: Session, person: Person, tables: Sequence[Any]) -> None:
    for table in tables:
        session.execute(delete(table).where(table.person_id == person.id))


def _take_roles(session: Session, person: Person, now: datetime) -> None:
    gone = delete(RoleGrant).where(RoleGrant.person_id == person.id)
    for grant in session.scalars(gone.returning(RoleGrant)).all():
        facts = {"role": grant.role, "scope": [grant.scope_kind, grant.scope_id]}
        audit.record(session, None, "role.revoked", person, now, before=facts)


def _forget_links(session: Session, person: Person) -> None:
    """Drop invitations to a person, and links that were written to them."""
    invited = select(Invitation.id).where(Invitation.email == person.email)
    session.execute(invited.order_by(Invitation.id).with_for_update())
    theirs = or_(OneTimeLink.person_id == person.id, OneTimeLink.email == person.email)
    session.execute(delete(OneTimeLink).where(or_(theirs, OneTimeLink.invitation_id.in_(invited))))
    session.execute(delete(Invitation).where(Invitation.email == person.email))


def _write(session: Session, person: Person, subject: Message, text: Message, key: str) -> None:
    body = Message(text.text, **{"name": person.name, **text.values})
    letters.write(
        session,
        kind=DATA,
        to=persons.reader(person),
        subject=subject,
        text=body,
        key=f"erasure:{person.id}:{key}",
    )


def _url() -> str:
    return settings().public_url + "/account/erasure"
