"""Whose booking it is, and who may see and change it."""

from dataclasses import dataclass

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
