"""Who is to administer is proposed by one administrator and confirmed by another.

Only then an invitation goes out. Where there is one administrator alone, whoever runs the machine
invites the second.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit, emails, letters
from kit.db import rows
from kit.errors import Message, NotFound, Refused
from kit.settings import settings
from people import invitations, persons, roles
from people.actors import Actor
from people.invitations import Guest, OfferedRole
from people.roles import ADMINISTRATION
from people.tables.persons import Person
from people.tables.roles import AdministratorProposal

KIND = "people.administrator_proposal"
letters.register(KIND, Message("Proposte per l'amministrazione"))
REMEMBERED = timedelta(days=90)
"""How long an address stays after its proposal was answered, or made where nobody answers."""
CONFIRMED, WITHDRAWN = "confirmed", "withdrawn"


class OpenProposal(NamedTuple):
    """Somebody who is proposed and not confirmed yet, and by whom."""

    id: int
    name: str
    email: str
    until: datetime | None
    proposed_at: datetime
    proposed_by: int
    proposer: str


def propose(
    session: Session, actor: Actor, guest: Guest, until: datetime | None, now: datetime
) -> None:
    """Propose somebody for the administration; the other administrators are told by letter.

    Raises NotFound for who does not administer, Refused where the address has the role or is
    proposed already.
    """
    actor.require(*ADMINISTRATION)
    if roles.covered(session, guest.email, ADMINISTRATION, until):
        raise Refused("Chi ha questo indirizzo è già dentro: non serve un invito.", field="email")
    proposal = insert(AdministratorProposal).values(
        email=guest.email,
        name=guest.name,
        until=until,
        proposed_at=now,
        proposed_by=actor.person_id,
    )
    made = session.scalar(proposal.on_conflict_do_nothing().returning(AdministratorProposal.id))
    if made is None:
        raise Refused("Questo indirizzo è già proposto: aspetta una conferma.", field="email")
    row = audit.of(AdministratorProposal, made)
    audit.record(session, actor, "made", row, now)
    for other in roles.holders(session, *ADMINISTRATION):
        if other.id != actor.person_id and other.disabled_at is None:
            _tell(session, other, actor, guest, made)


def open_ones(session: Session) -> list[OpenProposal]:
    """Who is proposed and waits for a second administrator, the newest first (one statement)."""
    columns = [getattr(AdministratorProposal, name) for name in OpenProposal._fields[:-1]]
    query = (
        select(*columns, Person.name.label("proposer"))
        .join(Person, Person.id == AdministratorProposal.proposed_by)
        .where(AdministratorProposal.ended_at.is_(None))
        .order_by(AdministratorProposal.id.desc())
    )
    return rows(session, OpenProposal, query)


def confirm(session: Session, actor: Actor, proposal_id: int, now: datetime) -> Guest:
    """Confirm as a second administrator; the invitation goes out. Gives who is invited.

    Raises NotFound for who does not administer, Refused for whoever made the proposal, when it was
    answered meanwhile, when who made it does not administer any more, and as `invitations.invite`.
    """
    found = _held(session, actor, proposal_id)
    if found.proposed_by == actor.person_id:
        raise Refused("L'hai proposto tu: conferma un'altra persona che amministra.")
    if found.proposed_by not in [one.id for one in roles.holders(session, *ADMINISTRATION)]:
        raise Refused("Chi l'ha proposto non amministra più: ritira la proposta.")
    _end(session, found, actor, CONFIRMED, now)
    guest = Guest(found.email, found.name)
    offer = OfferedRole(ADMINISTRATION, roles.NAMES[roles.ADMINISTRATOR], found.until)
    invitations.invite(session, actor.person_id, guest, offer, now, proposed_by=found.proposed_by)
    return guest


def withdraw(session: Session, actor: Actor, proposal_id: int, now: datetime) -> Guest:
    """Take a proposal back, or refuse it; gives who it was. Raises NotFound, Refused."""
    found = _held(session, actor, proposal_id)
    _end(session, found, actor, WITHDRAWN, now)
    return Guest(found.email, found.name)


def forget_old(session: Session, now: datetime) -> None:
    """Forget proposals of long ago, answered or not (a timer's work)."""
    last = func.coalesce(AdministratorProposal.ended_at, AdministratorProposal.proposed_at)
    session.execute(delete(AdministratorProposal).where(last < now - REMEMBERED))


def _held(session: Session, actor: Actor, proposal_id: int) -> AdministratorProposal:
    actor.require(*ADMINISTRATION)
    query = select(AdministratorProposal).where(AdministratorProposal.id == proposal_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(locked).first()
    if found is None:
        raise NotFound
    if found.outcome is not None:
        raise Refused("A questa proposta ha già risposto qualcuno.")
    return found


def _end(
    session: Session, found: AdministratorProposal, actor: Actor, outcome: str, now: datetime
) -> None:
    found.outcome, found.ended_at, found.ended_by = outcome, now, actor.person_id
    session.flush()
    facts = {"proposed_by": found.proposed_by}
    audit.record(session, actor, outcome, found, now, after=facts)


def _tell(
    session: Session, reader: Person, proposer: Actor, guest: Guest, proposal_id: int
) -> None:
    letters.write(
        session,
        kind=KIND,
        to=persons.reader(reader),
        subject=Message("Una proposta per l'amministrazione"),
        text=Message(
            "Ciao {name},\n\n{proposer} propone {guest} ({email}) per l'amministrazione. Perché "
            "l'invito parta serve la tua conferma:\n\n{url}\n\nSe non ti convince, ritira la "
            "proposta e parlane con {proposer}.\n",
            name=reader.name,
            proposer=proposer.name,
            guest=guest.name,
            email=emails.shown(guest.email),
            url=settings().public_url + "/people",
        ),
        key=f"{KIND}:{proposal_id}:{reader.id}",
    )
