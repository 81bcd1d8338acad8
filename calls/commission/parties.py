"""What may tie two people, as columns of a statement and put together for the rule.

Of an application its sent content knows the tax code, of a person the role grants know the
households: the market is not asked. What an evaluator declared on one application ties them to
the others of that person.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import aliased

from calls.commission import access
from calls.commission.rules import conflicts
from calls.commission.rules.conflicts import Party
from calls.tables.applications import Application
from calls.tables.commission import ConflictDeclaration
from calls.tables.envelopes import OpenedApplication
from people import roles
from people.tables.roles import RoleGrant


def households(person: SQLColumnExpression[int], *until: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The households a person is a member of, as an array (null where there is none).

    `until` may say more of the grants (`RoleGrant`) that count.
    """
    return (
        select(func.array_agg(RoleGrant.scope_id))
        .where(
            *until,
            RoleGrant.person_id == person,
            RoleGrant.role == roles.MEMBER,
            RoleGrant.scope_kind == "household",
        )
        .correlate_except(RoleGrant)
        .scalar_subquery()
    )


def tax_codes(person: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """The tax codes of all applications a person sent that are open, as an array (or null)."""
    theirs, sent = aliased(Application), aliased(OpenedApplication)
    return (
        select(func.array_agg(sent.tax_code))
        .join_from(theirs, sent, sent.application_id == theirs.id)
        .where(theirs.person_id == person, sent.tax_code != "")
        .correlate_except(theirs, sent)
        .scalar_subquery()
    )


def declared(person: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """The ids of the applications a person is in conflict with, as an array (or null).

    Not those with which they only compete: that is a tie with the call, not with who applied.
    """
    return (
        select(func.array_agg(ConflictDeclaration.application_id))
        .where(ConflictDeclaration.evaluator_id == person, _PERSONAL)
        .correlate_except(ConflictDeclaration)
        .scalar_subquery()
    )


_PERSONAL = and_(
    ConflictDeclaration.kind != access.NO_CONFLICT, ConflictDeclaration.kind != conflicts.RIVAL
)


def double(me: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether `me` is in conflict with another application of the same person to the call.

    A column about `OpenedApplication`: declared or recorded, or a household shared with the
    account the other one was sent from.
    """
    other, sender = aliased(OpenedApplication), aliased(Application)
    theirs, mine = aliased(RoleGrant), aliased(RoleGrant)
    at_home = (
        select(mine.id)
        .join(theirs, and_(theirs.scope_id == mine.scope_id, *_member_of_household(theirs)))
        .where(*_member_of_household(mine), mine.person_id == me)
        .where(theirs.person_id == sender.person_id)
        .correlate(sender)
        .exists()
    )
    told = (
        select(ConflictDeclaration.id)
        .where(
            ConflictDeclaration.evaluator_id == me,
            ConflictDeclaration.application_id == other.application_id,
            _PERSONAL,
        )
        .correlate(other)
        .exists()
    )
    return (
        select(other.application_id)
        .join(sender, sender.id == other.application_id)
        .where(
            other.call_id == OpenedApplication.call_id,
            other.tax_code == OpenedApplication.tax_code,
            other.application_id != OpenedApplication.application_id,
            other.tax_code != "",
            or_(told, at_home),
        )
        .correlate(OpenedApplication)
        .exists()
    )


def _member_of_household(grant: type[RoleGrant]) -> tuple[ColumnElement[bool], ...]:
    return grant.role == roles.MEMBER, grant.scope_kind == "household"


def party(person_id: int, codes: Iterable[str] | None, homes: Iterable[int] | None) -> Party:
    """Put together what the arrays of `tax_codes` and `households` say of a person."""
    return Party(person_id, frozenset(codes or ()) - {""}, frozenset(homes or ()))
