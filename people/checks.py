"""What outlived its reason, sessions, roles, second steps: an empty answer is a clean bill."""

from datetime import timedelta

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from people import codes, factors, roles, scopes, sign_ins
from people.tables.factors import CodeGenerator, RecoveryCode
from people.tables.roles import RoleGrant

REPORTED = 20  # of one invariant; the rest is counted
# The timers come every ten minutes and every hour; what they missed for so long they do not do.
MISSED = timedelta(hours=3)

# Each query returns what is wrong, one row each; the sentence is filled with its columns.
_INVARIANTS: tuple[tuple[str, str, str], ...] = (
    (
        "P1",
        "session {id} is of person {person_id}, who may not sign in any more",
        "select s.id, s.person_id from person_session s join person p on p.id = s.person_id"
        " where p.disabled_at is not null order by 1",
    ),
    (
        "P2",
        "session {id} of person {person_id} ended by itself at {ended} and is still remembered",
        "select id, person_id, ended from (select id, person_id,"
        " least(expires_at, last_seen_at + :idle) as ended from person_session) s"
        " where ended < clock_timestamp() - :remembered - :missed order by 1",
    ),
    (
        "P3",
        "person {person_id} still has the role {role} of {scope_kind} {scope_id}, which ended"
        " at {until}",
        "select person_id, role, scope_kind, scope_id, until from role_grant"
        " where until < clock_timestamp() - :missed and role <> 'evaluator' order by id",
    ),
    (
        "P4",
        "person {person_id} may not sign in any more and has the role {role} of {scope_kind}"
        " {scope_id}",
        "select g.person_id, g.role, g.scope_kind, g.scope_id from role_grant g"
        " join person p on p.id = g.person_id"
        " where p.disabled_at is not null and g.role = any(:administered) order by g.id",
    ),
)
_BOUNDS = {
    "idle": sign_ins.IDLE,
    "remembered": sign_ins.REMEMBERED,
    "missed": MISSED,
    "administered": list(roles.ADMINISTERED),
}
_HELD = select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id).distinct()


def violations(session: Session) -> list[str]:
    """Name every session, role, app and code on paper that should be there no more."""
    found: list[str] = []
    for code, sentence, query in _INVARIANTS:
        asked = {name: value for name, value in _BOUNDS.items() if f":{name}" in query}
        rows = session.execute(text(query).bindparams(*map(bindparam, asked)), asked).mappings()
        found += _reported(code, [sentence.format(**row) for row in rows])
    held = [(role, kind, id_) for role, kind, id_ in session.execute(_HELD)]
    gone = sorted(scopes.gone(session, held))
    of_gone = "somebody has the role {} of {} {}, which is gone"
    found += _reported("P5", [of_gone.format(*each) for each in gone])
    return found + _reported("P6", _never_confirmed(session)) + _reported("P7", _alone(session))


def _reported(code: str, broken: list[str]) -> list[str]:
    found = [f"{code}: {each}" for each in broken[:REPORTED]]
    if len(broken) > REPORTED:
        found.append(f"{code}: and {len(broken) - REPORTED} more")
    return found


def _never_confirmed(session: Session) -> list[str]:
    late = func.clock_timestamp() - codes.BEGUN_FOR - MISSED
    query = select(CodeGenerator.person_id).where(
        CodeGenerator.confirmed_at.is_(None), CodeGenerator.made_at < late
    )
    return [
        f"person {person_id}: an app for codes was never confirmed"
        for person_id in session.scalars(query.order_by(CodeGenerator.person_id))
    ]


def _alone(session: Session) -> list[str]:
    query = select(RecoveryCode.person_id).distinct().order_by(RecoveryCode.person_id)
    return [
        f"person {person_id}: recovery codes without a second step"
        for person_id in session.scalars(query)
        if not factors.of(session, person_id)
    ]
