"""Who has which role: since when, given by whom, until when."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from kit import db
from people import roles
from people.roles import Role
from people.tables.persons import Person
from people.tables.roles import RoleGrant


class HeldRole(NamedTuple):
    """A role as somebody holds it; `given_by` is a name, None where nobody gave it here."""

    person_id: int
    name: str
    email: str
    role: str
    scope_kind: str
    scope_id: int
    since: datetime
    given_by: str | None
    until: datetime | None

    @property
    def held(self) -> Role:
        """The role with its scope."""
        return self.role, self.scope_kind, self.scope_id

    @property
    def value(self) -> str:
        """The role with its scope as a form sends it."""
        return f"{self.role}:{self.scope_kind}:{self.scope_id}"


def of_persons(session: Session, person_ids: Collection[int]) -> dict[int, list[HeldRole]]:
    """What each of these persons holds, the oldest first (one statement)."""
    found: dict[int, list[HeldRole]] = defaultdict(list)
    for one in _listed(session, RoleGrant.person_id.in_(person_ids)):
        found[one.person_id].append(one)
    return found


def in_scope(
    session: Session, scope_kind: str, scope_id: int, roles_: Sequence[str]
) -> list[HeldRole]:
    """Who holds these roles of one thing, by role as they are asked for (one statement)."""
    here = RoleGrant.scope_kind == scope_kind, RoleGrant.scope_id == scope_id
    found = _listed(session, *here, RoleGrant.role.in_(roles_))
    return sorted(found, key=lambda one: roles_.index(one.role))


def _listed(session: Session, *clauses: ColumnElement[bool]) -> list[HeldRole]:
    giver = aliased(Person)
    query = (
        select(
            RoleGrant.person_id,
            Person.name,
            Person.email,
            RoleGrant.role,
            RoleGrant.scope_kind,
            RoleGrant.scope_id,
            RoleGrant.granted_at.label("since"),
            giver.name.label("given_by"),
            RoleGrant.until,
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .where(*clauses, roles.LASTS)
        .order_by(RoleGrant.id)
    )
    return db.rows(session, HeldRole, query)
