"""The commission of a call: who is on it, and how far each of them is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from calls.commission import access
from calls.tables.applications import Application
from calls.tables.rankings import Ranking
from kit.db import lock_shared
from kit.errors import Refused
from people import roles
from people.actors import Actor
from people.tables import Person


def appoint(session: Session, actor: Actor, call_id: int, email: str, now: datetime) -> Person:
    """Put a registered person on the commission of a call.

    Raises Refused when nobody has that address, when the person has an application in this
    call, and once the ranking is published.
    """
    access.require_office(actor, call_id)
    lock_shared(session, "call", call_id)
    _check_not_ranked(session, call_id)
    person = session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.disabled_at.is_(None))
    ).first()
    if person is None:
        raise Refused(
            "Nessuno è registrato con questo indirizzo. Chiedi alla persona di registrarsi, "
            "poi nominala.",
            field="email",
        )
    own = session.scalar(
        select(Application.id).where(
            Application.call_id == call_id, Application.person_id == person.id
        )
    )
    if own is not None:
        raise Refused(
            "{name} ha una domanda in questo bando e non può stare nella commissione.",
            field="email",
            name=person.name,
        )
    roles.grant(session, actor.person_id, person.id, roles.EVALUATOR, "call", call_id, now)
    return person


def dismiss(session: Session, actor: Actor, call_id: int, person_id: int, now: datetime) -> None:
    """Take a person off the commission: no access from now on, sent sheets stay.

    Raises Refused once the ranking is published or when the person is not on it.
    """
    access.require_office(actor, call_id)
    lock_shared(session, "call", call_id)
    _check_not_ranked(session, call_id)
    roles.revoke(session, actor.person_id, person_id, roles.EVALUATOR, "call", call_id, now)


def _check_not_ranked(session: Session, call_id: int) -> None:
    if session.scalar(select(Ranking.id).where(Ranking.call_id == call_id).limit(1)):
        raise Refused("La graduatoria è pubblicata: la commissione non cambia più.")


def commission(session: Session, call_id: int) -> list[Person]:
    """The persons on the commission of a call, by name."""
    return roles.holders(session, roles.EVALUATOR, "call", call_id)


def my_calls(session: Session, actor: Actor) -> list[Any]:
    """The calls on whose commission the person sits, with their opening, newest first."""
    ids = actor.scopes(roles.EVALUATOR, "call")
    if not ids:
        return []
    return list(
        session.execute(
            text(
                "select c.id, c.title, o.opened_at,"
                " (select count(*) from opened_application a where a.call_id = c.id"
                f"  and {access.STANDING}) as due,"
                " exists (select 1 from ranking r where r.call_id = c.id) as ranked,"
                " (select count(*) from score_sheet s join opened_application a"
                "  using (application_id) where a.call_id = c.id and s.evaluator_id = :me"
                f"  and s.state = 'sent' and {access.STANDING}) as sent,"
                " v.deadline_at from call c"
                " left join opening o on o.call_id = c.id"
                " left join lateral (select deadline_at from call_version"
                "  where call_id = c.id order by number desc limit 1) v on true"
                " where c.id = any(:ids) order by v.deadline_at desc nulls last, c.id desc"
            ),
            {"ids": list(ids), "me": actor.person_id},
        )
    )


@dataclass(frozen=True)
class Member:
    """How much one evaluator has sent, of what is due from them."""

    person_id: int
    name: str
    email: str
    due: int
    sent: int
    conflicts: int


def members(session: Session, call_id: int, applications: int) -> list[Member]:
    """Count for each member what is due and sent, given how many applications are open."""
    counts = {row.evaluator_id: row for row in session.execute(_BY_EVALUATOR, {"call_id": call_id})}
    found = []
    for person in commission(session, call_id):
        row = counts.get(person.id)
        conflicts, sent = (row.conflicts, row.sent) if row else (0, 0)
        due = applications - conflicts
        found.append(Member(person.id, person.name, person.email, due, sent, conflicts))
    return found


# Per person: applications in conflict, and sent sheets outside those.
_BY_EVALUATOR = text(
    "with conflicts as (select distinct d.evaluator_id, d.application_id"
    "  from conflict_declaration d join opened_application a using (application_id)"
    "  where a.call_id = :call_id and d.kind <> 'none'),"
    " sheets as (select s.evaluator_id, s.application_id from score_sheet s"
    "  join opened_application a using (application_id)"
    "  where a.call_id = :call_id and s.state = 'sent')"
    " select coalesce(c.evaluator_id, s.evaluator_id) as evaluator_id,"
    " count(c.application_id) as conflicts,"
    " count(s.application_id) filter (where c.application_id is null) as sent"
    " from conflicts c full join sheets s using (evaluator_id, application_id)"
    " group by 1"
)
