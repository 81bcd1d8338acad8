"""Whose booking it is, and who may see and change it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from kit.db import SHARED_LOCK
from kit.errors import NotFound
from kit.hot import Hot
from people.actors import Actor
from people.roles import COORDINATOR, MEMBER


@dataclass(frozen=True, slots=True)
class BookingKey:
    """A household in a group order; its booking need not exist yet."""

    group_order_id: int
    household_id: int


def check_actor(actor: Actor, household_id: int, centre_id: int) -> None:
    """Let members of the household and coordinators of its centre pass; raises NotFound."""
    if not actor.has(MEMBER, "household", household_id):
        actor.require(COORDINATOR, "centre", centre_id)


class _Place(NamedTuple):
    there: Any


# Neither an order nor a household ever moves to another centre: what is found here stays true.
_PLACE = """(
    select o.id from group_order o join household h on h.centre_id = o.centre_id
    where o.id = %(group_order_id)s and h.id = %(household_id)s
        and (%(member)s or o.centre_id = any(%(coordinated)s::bigint[]))
    offset 0
) place"""
_FIND = Hot(_Place, f"select place.id as there from {_PLACE}")
# The lock is computed for rows that are found: who may not enter waits for nobody, and holds none.
_SHARE = Hot(_Place, f"select {SHARED_LOCK} as there from {_PLACE}")


def require(session: Session, actor: Actor, key: BookingKey) -> None:
    """Let pass who may see and change a booking there; raises NotFound for everybody else."""
    _enter(_FIND, session, actor, key)


def share(session: Session, actor: Actor, key: BookingKey) -> None:
    """Hold the order together with other bookings, for who may book there (one statement).

    Raises NotFound for everybody else, before anything is held.
    """
    _enter(_SHARE, session, actor, key, kind="group_order", id=str(key.group_order_id))


def _enter(
    asked: Hot[_Place], session: Session, actor: Actor, key: BookingKey, **more: str
) -> None:
    values = {
        "group_order_id": key.group_order_id,
        "household_id": key.household_id,
        "member": actor.has(MEMBER, "household", key.household_id),
        "coordinated": list(actor.scopes(COORDINATOR, "centre")),
    }
    if not asked.rows(session, values | more):
        raise NotFound
