"""Roles: what a person may do, each in one scope, granted and taken back with a trace."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import audit
from kit.errors import Message, Refused
from people.tables import Person, PersonSession, RoleGrant

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
) -> None:
    """Give a person a role in a scope; a role already held changes nothing.

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
    }
    given = session.execute(
        insert(RoleGrant).values(row).on_conflict_do_nothing().returning(RoleGrant.id)
    ).scalar()
    if given is not None:
        facts = {"role": role, "scope": [scope_kind, scope_id]}
        audit.record(
            session, actor_id, "role.granted", audit.of(Person, person_id), now, after=facts
        )


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
    and goes on for the others. Raises Refused when the person does not hold it, or is the last
    administrator.
    """
    check(role, scope_kind)
    if role == ADMINISTRATOR:
        _keep_one_administrator(session, person_id)
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


def holders(session: Session, role: str, scope_kind: str, scope_id: int) -> list[Person]:
    """The persons who hold a role in a scope, by name."""
    found = session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.scope_kind == scope_kind,
            RoleGrant.scope_id == scope_id,
        )
        .order_by(Person.name_order, Person.id)
    )
    return list(found)


def check(role: str, scope_kind: str) -> None:
    """Raise Refused for a role that cannot be held in that kind of scope."""
    if scope_kind not in SCOPES.get(role, ()):
        raise Refused("Questo ruolo non si può dare qui.")


def _keep_one_administrator(session: Session, person_id: int) -> None:
    others = session.scalars(
        select(RoleGrant.person_id)
        .where(RoleGrant.role == ADMINISTRATOR, RoleGrant.person_id != person_id)
        .with_for_update()
    ).first()
    if others is None:
        raise Refused("Serve almeno una persona che amministra: nominane un'altra prima.")
