"""What households have, hold back and may still spend."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.db import row, rows
from kit.errors import NotFound
from ledger import accounts
from market.tables.centres import Household
from people.actors import Actor
from people.roles import COORDINATOR, MEMBER
from people.tables.roles import RoleGrant


class Purse(NamedTuple):
    """A household with its balance in the books (cents, negative: it owes)."""

    id: int
    centre_id: int
    code: str
    name: str
    language: str
    email: str | None
    note: str
    pickup_point_id: int | None
    limit_cents: int
    commitment_cents: int
    balance: int

    @property
    def room(self) -> int:
        """What it may still book for (cents)."""
        return self.balance + self.limit_cents - self.commitment_cents


class Enrolled(NamedTuple):
    """A household on its centre's list, and how many people book for it."""

    id: int
    code: str
    name: str
    note: str
    limit_cents: int
    commitment_cents: int
    balance: int
    members: int

    @property
    def room(self) -> int:
        """What it may still book for (cents)."""
        return self.balance + self.limit_cents - self.commitment_cents


_BALANCE = accounts.balance_of(Household.account_id).label("balance")
_PURSES = select(
    *(getattr(Household, name) for name in Purse._fields if name != "balance"), _BALANCE
)


def get(session: Session, household_id: int) -> Purse:
    """Return a household with its balance; raises NotFound."""
    found = row(session, Purse, _PURSES.where(Household.id == household_id))
    if found is None:
        raise NotFound
    return found


def of_member(session: Session, actor: Actor) -> list[Purse]:
    """List the households a person books for with their balances, in one statement."""
    ids = actor.scopes(MEMBER, "household")
    if not ids:
        return []
    query = _PURSES.where(Household.id.in_(ids)).order_by(Household.name_order, Household.id)
    return rows(session, Purse, query)


def of_centre(session: Session, actor: Actor, centre_id: int) -> list[Enrolled]:
    """List a centre's households by card number (one statement).

    For its coordinators; raises NotFound.
    """
    actor.require(COORDINATOR, "centre", centre_id)
    members = select(func.count()).where(
        RoleGrant.role == MEMBER,
        RoleGrant.scope_kind == "household",
        RoleGrant.scope_id == Household.id,
    )
    own = (getattr(Household, name) for name in Enrolled._fields[:-2])
    query = select(*own, _BALANCE, members.scalar_subquery().label("members"))
    here = query.where(Household.centre_id == centre_id).order_by(Household.code)
    return rows(session, Enrolled, here)
