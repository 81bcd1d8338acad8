"""Nobody works in the office of a call and judges its applications: asked from both sides.

The office sees every point before the ranking is published, and chooses who judges.
"""

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from calls.tables.applications import Application
from calls.tables.rankings import Ranking
from calls.tables.score_sheets import ScoreSheet
from kit import db
from kit.errors import Refused
from people import roles
from people.tables.roles import RoleGrant

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
    """Raise Refused for who judges or has judged in a call; in any that is not ranked, for 0.

    Who left the commission has judged where they had sent a sheet: it may count still.
    """
    db.lock_exclusive(session, LOCK, person_id)
    judged = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == roles.EVALUATOR,
        RoleGrant.scope_kind == "call",
    )
    sent = (
        select(ScoreSheet.id)
        .join(Application, Application.id == ScoreSheet.application_id)
        .where(ScoreSheet.evaluator_id == person_id, ScoreSheet.sent_at.is_not(None))
    )
    if call_id:
        judged = judged.where(RoleGrant.scope_id == call_id)
        sent = sent.where(Application.call_id == call_id)
    else:
        judged = judged.where(~exists().where(Ranking.call_id == RoleGrant.scope_id))
        sent = sent.where(~exists().where(Ranking.call_id == Application.call_id))
    if any(session.scalars(each.limit(1)).first() is not None for each in (judged, sent)):
        raise Refused(
            "Chi giudica o ha giudicato le domande di un bando non può stare nel suo ufficio: "
            "questo ruolo non si può accettare."
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
