"""Who runs a centre: its orders under way are never left to nobody."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from kit.sentences import counted, listing
from market.group_orders.rules import lifecycle
from market.tables.centres import Centre
from market.tables.orders import GroupOrder
from people import roles
from people.actors import Actor
from people.roles import COORDINATOR
from people.tables.persons import Person
from people.tables.roles import RoleGrant


def dismiss(
    session: Session, actor: Actor, person_id: int, centre_id: int, now: datetime
) -> Message:
    """Let a person coordinate a centre no more; gives the sentence that says who still does.

    The caller has checked that the actor may take the role back. Raises Refused when the person
    does not hold it, or is the last who may sign in while orders of the centre are under way.
    """
    grants = select(RoleGrant.person_id).where(
        RoleGrant.role == COORDINATOR,
        RoleGrant.scope_kind == "centre",
        RoleGrant.scope_id == centre_id,
    )
    # All of them, in one order: two who leave at the same time come in turn.
    held = session.scalars(grants.order_by(RoleGrant.id).with_for_update()).all()
    centre = session.get(Centre, centre_id)
    if centre is None or person_id not in held:
        raise Refused("Questa persona non ha questo ruolo.")
    found = roles.holders(session, COORDINATOR, "centre", centre_id)
    staying = [one for one in found if one.id != person_id and one.disabled_at is None]
    if not staying:
        _check_no_order(session, session.get_one(Person, person_id), centre)
    roles.revoke(session, actor.person_id, person_id, COORDINATOR, "centre", centre_id, now)
    if not staying:
        return Message("Nessuno coordina più {centre}: nomina qualcuno.", centre=centre.name)
    return counted(
        len(staying),
        "Coordina ancora {centre}: {names}.",
        "Coordinano ancora {centre}: {names}.",
        centre=centre.name,
        names=listing([Message("{name}", name=one.name) for one in staying]),
    )


def _check_no_order(session: Session, last: Person, centre: Centre) -> None:
    query = select(GroupOrder.title).where(
        GroupOrder.centre_id == centre.id, GroupOrder.state.in_(lifecycle.UNDER_WAY)
    )
    titles = session.scalars(query.order_by(GroupOrder.closes_at, GroupOrder.id)).all()
    if titles:
        raise Refused(
            counted(
                len(titles),
                "{name} è l'unica persona che coordina {centre}, e un ordine non è concluso: "
                "{titles}. Nomina prima qualcun altro.",
                "{name} è l'unica persona che coordina {centre}, e {n} ordini non sono conclusi: "
                "{titles}. Nomina prima qualcun altro.",
                name=last.name,
                centre=centre.name,
                titles=listing([Message("«{title}»", title=title) for title in titles]),
            )
        )
