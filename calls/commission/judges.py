"""Nobody works in the office of a call and judges its applications: asked from both sides.

The office sees every point before the ranking is published, and chooses who judges.
"""

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from calls.tables.rankings import Ranking
from kit import db
from kit.errors import Refused
from people import roles
from people.tables import RoleGrant

# Of a person: taken by whoever begins an application, and by whoever gives them an office or a
# place on a commission. Who holds a call too has taken that one before.
LOCK = "calls.applicant"


def _check_no_office(session: Session, person_id: int, call_id: int) -> None:
    """Raise Refused for whoever works in the office of a call, or in that of all calls."""
    db.lock_exclusive(session, LOCK, person_id)
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == roles.OFFICE,
        or_(
            and_(RoleGrant.scope_kind == "call", RoleGrant.scope_id == call_id),
            RoleGrant.scope_kind == "calls",
        ),
    )
    if session.scalars(held.limit(1)).first() is not None:
        raise Refused(
            "Chi lavora nell'ufficio di questo bando non può stare nella sua commissione.",
            field="email",
        )


def check_judges_nothing(session: Session, person_id: int, call_id: int) -> None:
    """Raise Refused for who is on the commission of a call; of any that is not ranked, for 0."""
    db.lock_exclusive(session, LOCK, person_id)
    judged = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == roles.EVALUATOR,
        RoleGrant.scope_kind == "call",
    )
    if call_id:
        judged = judged.where(RoleGrant.scope_id == call_id)
    else:
        judged = judged.where(~exists().where(Ranking.call_id == RoleGrant.scope_id))
    if session.scalars(judged.limit(1)).first() is not None:
        raise Refused(
            "Chi è nella commissione di un bando non può stare nel suo ufficio: questo ruolo non "
            "si può accettare."
        )


roles.object_to(roles.EVALUATOR, "call", _check_no_office)


_OFFICE = aliased(RoleGrant)
# Who is on the commission of a call and works in its office all the same: nobody, ask the checks.
# The office of all calls may be given to whoever judged once that call was ranked.
BOTH = (
    select(RoleGrant.scope_id.label("call_id"), RoleGrant.person_id)
    .join(_OFFICE, _OFFICE.person_id == RoleGrant.person_id)
    .where(
        RoleGrant.role == roles.EVALUATOR,
        RoleGrant.scope_kind == "call",
        _OFFICE.role == roles.OFFICE,
        or_(
            and_(_OFFICE.scope_kind == "call", _OFFICE.scope_id == RoleGrant.scope_id),
            and_(
                _OFFICE.scope_kind == "calls",
                ~exists().where(
                    Ranking.call_id == RoleGrant.scope_id,
                    Ranking.published_at <= _OFFICE.granted_at,
                ),
            ),
        ),
    )
    .distinct()
    .order_by(RoleGrant.scope_id, RoleGrant.person_id)
)
