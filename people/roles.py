"""Roles: what a person may do, each in one scope, granted and taken back with a trace."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit
from kit.errors import Message, Refused
from people.tables.persons import Person
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession

MEMBER = "member"
COORDINATOR = "coordinator"
TREASURER = "treasurer"
DRIVER = "driver"
OFFICE = "office"
EVALUATOR = "evaluator"
ADMINISTRATOR = "administrator"

# What the administration gives and takes back: families are their centres' own, and who is on a
# commission changes by acts of its call, which are chained.
ADMINISTERED = (ADMINISTRATOR, OFFICE, COORDINATOR, TREASURER, DRIVER)

# (role, kind of scope, id of the scope)
Role = tuple[str, str, int]
ADMINISTRATION: Role = (ADMINISTRATOR, "house", 0)

# Somebody has to have these, where somebody had them.
_NEVER_NOBODYS = (ADMINISTRATOR, COORDINATOR, TREASURER)

# What is over and not taken away yet (`people.role_ends`) is held no more. The places of a
# commission are facts, also when its members read no more.
LASTS: ColumnElement[bool] = or_(
    RoleGrant.until.is_(None),
    RoleGrant.until > func.clock_timestamp(),
    RoleGrant.role == EVALUATOR,
)

# Which kinds of scope a role may be held in.
SCOPES = {
    MEMBER: ("household",),
    COORDINATOR: ("centre",),
    TREASURER: ("centre",),
    DRIVER: ("centre",),
    OFFICE: ("call", "calls"),
    EVALUATOR: ("call",),
    ADMINISTRATOR: ("house",),
}

NAMES = {
    MEMBER: Message("famiglia"),
    COORDINATOR: Message("coordinamento"),
    TREASURER: Message("tesoreria"),
    DRIVER: Message("consegne"),
    OFFICE: Message("ufficio bandi"),
    EVALUATOR: Message("commissione di valutazione"),
    ADMINISTRATOR: Message("amministrazione"),
}


Objection = Callable[[Session, int, int], None]
_objections: dict[tuple[str, str], Objection] = {}


def object_to(role: str, scope_kind: str, objection: Objection) -> None:
    """Let a house above say who may not hold a role, at the top level of a module.

    `objection(session, person_id, scope_id)` is asked before the role is granted, whoever
    grants it, and raises Refused.
    """
    _objections[role, scope_kind] = objection


def grant(  # noqa: PLR0917
    session: Session,
    actor_id: int | None,
    person_id: int,
    role: str,
    scope_kind: str,
    scope_id: int,
    now: datetime,
    *,
    until: datetime | None = None,
) -> None:
    """Give a person a role in a scope, maybe `until` an instant; one already held changes nothing,
    but for its end where that would come before.

    Raises Refused for a role that cannot be held in that kind of scope, or not by this person
    (`object_to`). The caller has checked that the actor may give it.
    """
    check(role, scope_kind)
    if objection := _objections.get((role, scope_kind)):
        objection(session, person_id, scope_id)
    row = {
        "person_id": person_id,
        "role": role,
        "scope_kind": scope_kind,
        "scope_id": scope_id,
        "granted_at": now,
        "granted_by": actor_id,
        "until": until,
    }
    made = insert(RoleGrant).values(row)
    longer = or_(made.excluded.until.is_(None), made.excluded.until > RoleGrant.until)
    given = session.scalar(
        made.on_conflict_do_update(
            index_elements=["person_id", "role", "scope_kind", "scope_id"],
            set_={"until": made.excluded.until},
            where=RoleGrant.until.is_not(None) & longer,
        ).returning(RoleGrant.granted_at)
    )
    if given is not None:
        facts: dict[str, Any] = {"role": role, "scope": [scope_kind, scope_id]}
        if until is not None:
            facts["until"] = until.isoformat()
        act = "role.granted" if given == now else "role.prolonged"
        audit.record(session, actor_id, act, audit.of(Person, person_id), now, after=facts)


def revoke(  # noqa: PLR0917
    session: Session,
    actor_id: int | None,
    person_id: int,
    role: str,
    scope_kind: str,
    scope_id: int,
    now: datetime,
) -> None:
    """Take a role back; it ends with the next request, since every request reads the roles.

    Somebody else's sessions end too: nothing of the role stays open on a screen. Who gives up
    an own role stays inside, and sees what is left; so does who books for a household no more,
    and goes on for the others. Raises Refused when the person does not hold it, is the last
    administrator, or would leave as the last coordinator or treasurer: that somebody else decides.
    """
    check(role, scope_kind)
    if role == ADMINISTRATOR or actor_id == person_id:
        _check_not_last(session, person_id, (role, scope_kind, scope_id))
    gone = session.execute(
        delete(RoleGrant)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope_kind == scope_kind,
            RoleGrant.scope_id == scope_id,
        )
        .returning(RoleGrant.id)
    ).scalar()
    if gone is None:
        raise Refused("Questa persona non ha questo ruolo.")
    if actor_id != person_id and role != MEMBER:
        session.execute(delete(PersonSession).where(PersonSession.person_id == person_id))
    facts = {"role": role, "scope": [scope_kind, scope_id]}
    audit.record(session, actor_id, "role.revoked", audit.of(Person, person_id), now, before=facts)


def end_all(session: Session, role: str, scope_kind: str, scope_id: int, until: datetime) -> None:
    """Set when a role ends for all who have it of one thing; the caller keeps the trace."""
    here = RoleGrant.scope_kind == scope_kind, RoleGrant.scope_id == scope_id
    session.execute(update(RoleGrant).where(RoleGrant.role == role, *here).values(until=until))


def holders(session: Session, role: str, scope_kind: str, scope_id: int) -> list[Person]:
    """The persons who hold a role in a scope, by name."""
    found = session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.scope_kind == scope_kind,
            RoleGrant.scope_id == scope_id,
            LASTS,
        )
        .order_by(Person.name_order, Person.id)
    )
    return list(found)


def is_last(session: Session, person_id: int, held: Role) -> bool:
    """Whether nobody but this person, who may sign in, holds a role that somebody has to have.

    Of two who leave at once the second waits, and is the last one then.
    """
    role, kind, id_ = held
    if role not in _NEVER_NOBODYS:
        return False
    here = RoleGrant.role == role, RoleGrant.scope_kind == kind, RoleGrant.scope_id == id_
    everybody = select(RoleGrant.person_id).where(*here).order_by(RoleGrant.id)
    if person_id not in session.scalars(everybody.with_for_update()).all():
        return False
    able = [one.id for one in holders(session, *held) if one.disabled_at is None]
    leaves = session.get_one(Person, person_id)
    return leaves.disabled_at is None and not set(able) - {person_id}


def covered(session: Session, email: str, held: Role, until: datetime | None) -> bool:
    """Whether the owner of an address holds a role for as long, or longer."""
    role, kind, id_ = held
    longer: ColumnElement[bool] = RoleGrant.until.is_(None)
    if until is not None:
        longer = or_(longer, RoleGrant.until >= until)
    query = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            Person.email == email,
            RoleGrant.role == role,
            RoleGrant.scope_kind == kind,
            RoleGrant.scope_id == id_,
            longer,
        )
    )
    return session.scalar(query) is not None


def check(role: str, scope_kind: str) -> None:
    """Raise Refused for a role that cannot be held in that kind of scope."""
    if scope_kind not in SCOPES.get(role, ()):
        raise Refused("Questo ruolo non si può dare qui.")


def _check_not_last(session: Session, person_id: int, held: Role) -> None:
    if not is_last(session, person_id, held):
        return
    if held == ADMINISTRATION:
        raise Refused("Serve almeno una persona che amministra: nominane un'altra prima.")
    raise Refused(
        "Nessun altro ha questo ruolo: prima nomina un'altra persona, o chiedi a qualcun altro "
        "dell'amministrazione di togliertelo."
    )
