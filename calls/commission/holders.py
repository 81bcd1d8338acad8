"""Who has a role in a call: its office and its commission, for the office to read."""

from sqlalchemy.orm import Session

from calls.commission import access
from people import grants, roles
from people.actors import Actor
from people.grants import HeldRole


def of_call(session: Session, actor: Actor, call_id: int) -> list[HeldRole]:
    """Who works in the office of a call (of all calls too) and who is on its commission.

    For its office; NotFound for everybody else. Two statements.
    """
    access.require_office(actor, call_id)
    everywhere = grants.in_scope(session, "calls", 0, (roles.OFFICE,))
    here = grants.in_scope(session, "call", call_id, (roles.OFFICE, roles.EVALUATOR))
    return [*everywhere, *here]
