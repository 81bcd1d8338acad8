"""Nobody applies to a call, or judges it, and works in its office: asked under one lock."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from calls.commission import judges
from calls.tables.applications import Application
from calls.tables.rankings import Ranking
from kit import db
from kit.errors import Refused
from people import roles
from people.actors import Actor
from people.tables.roles import RoleGrant


def check_not_of_office(session: Session, actor: Actor, call_id: int) -> None:
    """Raise Refused for whoever works in the office of a call, or in that of all calls.

    Read under the lock: the roles that came with the request may be older than that.
    """
    db.lock_exclusive(session, judges.LOCK, actor.person_id)
    of_call = (RoleGrant.scope_kind == "call") & (RoleGrant.scope_id == call_id)
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == actor.person_id,
        RoleGrant.role == roles.OFFICE,
        or_(of_call, RoleGrant.scope_kind == "calls"),
    )
    if session.scalars(held).first() is not None:
        raise Refused(
            "Lavori nell'ufficio di questo bando: non puoi presentare una domanda. Se è un errore, "
            "chiedi all'amministrazione di toglierti dall'ufficio."
        )


def _check_no_application(session: Session, person_id: int, call_id: int) -> None:
    """Raise Refused for an applicant of the call; of any call that is not ranked, for 0."""
    db.lock_exclusive(session, judges.LOCK, person_id)
    applied = select(Application.id).where(Application.person_id == person_id)
    if call_id:
        applied = applied.where(Application.call_id == call_id)
    else:
        applied = applied.where(~exists().where(Ranking.call_id == Application.call_id))
    if session.scalars(applied.limit(1)).first() is not None:
        raise Refused(
            "Chi ha una domanda in un bando non può stare nel suo ufficio: questo ruolo non si "
            "può accettare."
        )


def _check_no_part(session: Session, person_id: int, call_id: int) -> None:
    """Raise Refused for who applies to the call, and for who judges it."""
    _check_no_application(session, person_id, call_id)
    judges.check_judges_nothing(session, person_id, call_id)


for _kind in ("call", "calls"):
    roles.object_to(roles.OFFICE, _kind, _check_no_part)


# Who has an application to a call and works in its office all the same: nobody, ask the checks.
# The office of all calls may be given to whoever applied once that call was ranked.
BOTH = (
    select(Application.call_id, Application.person_id)
    .join(RoleGrant, RoleGrant.person_id == Application.person_id)
    .where(
        RoleGrant.role == roles.OFFICE,
        or_(
            (RoleGrant.scope_kind == "call") & (RoleGrant.scope_id == Application.call_id),
            (RoleGrant.scope_kind == "calls")
            & ~exists().where(
                Ranking.call_id == Application.call_id,
                Ranking.published_at <= RoleGrant.granted_at,
            ),
        ),
    )
    .distinct()
    .order_by(Application.call_id, Application.person_id)
)
