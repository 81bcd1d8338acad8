"""Who may apply to a call: nobody who judges its applications or works in its office."""

from sqlalchemy import BigInteger, SQLColumnExpression, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from calls.commission.rules import conflicts
from kit.errors import Message
from people import roles
from people.actors import Actor
from people.tables.roles import RoleGrant

_CALL = bindparam("call_id", type_=BigInteger)


def check_may_apply(session: Session, actor: Actor, call_id: int) -> None:
    """Raise Refused for who is on the commission or in the office of the call.

    The caller holds the call (shared): the roles are read after that, not those with which
    the request began.
    """
    judges, in_office = session.execute(
        select(*barred()), {"me": actor.person_id, "call_id": call_id}
    ).one()
    conflicts.check_may_apply(judges=judges, in_office=in_office)


def may_not_apply(actor: Actor, call_id: int) -> Message | None:
    """Say why the person may not apply to a call; None where they may.

    For a page, by the roles the request began with, those that rest too; `check_may_apply` decides.
    """
    return conflicts.may_not_apply(
        judges=actor.holds(roles.EVALUATOR, "call", call_id),
        in_office=actor.holds(roles.OFFICE, "call", call_id)
        or actor.holds(roles.OFFICE, "calls", 0),
    )


def barred(
    call: SQLColumnExpression[int] = _CALL,
) -> tuple[SQLColumnExpression[bool], SQLColumnExpression[bool]]:
    """Whether the person `me` is on the commission of a call, and in its office, as columns."""
    mine = aliased(RoleGrant)
    held = select(mine.id).where(mine.person_id == bindparam("me", type_=BigInteger))
    judges = held.where(
        mine.role == roles.EVALUATOR, mine.scope_kind == "call", mine.scope_id == call
    )
    office = held.where(
        mine.role == roles.OFFICE,
        or_(
            and_(mine.scope_kind == "call", mine.scope_id == call),
            mine.scope_kind == "calls",
        ),
    )
    return (
        judges.correlate_except(mine).exists().label("judges"),
        office.correlate_except(mine).exists().label("in_office"),
    )
