"""Whoever administers first: invited at the machine, since there is nobody yet to invite them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Refused
from kit.settings import settings
from people import invitations, roles
from people.invitations import Guest, OfferedRole, Place
from people.tables.roles import Invitation, RoleGrant

_ROLE = (roles.ADMINISTRATOR, "house", 0)


def invite(session: Session, guest: Guest, now: datetime) -> None:
    """Invite the first administrator by letter; an earlier invitation that waits is taken back.

    Raises Refused in a demo, which has its own, where somebody administers already and invites
    the others, and where no letter can go to the address.
    """
    if settings().demo:
        raise Refused("Una dimostrazione ha già chi la amministra.")
    administers = select(RoleGrant.id).where(RoleGrant.role == roles.ADMINISTRATOR)
    if session.scalars(administers.limit(1)).first() is not None:
        raise Refused("C'è già chi amministra: gli altri li invita dalla pagina «Persone».")
    place = Place((roles.ADMINISTRATOR,), _ROLE[1:])
    open_ = select(Invitation.id).where(place.clause(), Invitation.ended_at.is_(None))
    for id_ in session.scalars(open_.order_by(Invitation.id)).all():
        invitations.withdraw(session, None, id_, place, now)
    offer = OfferedRole(_ROLE, roles.NAMES[roles.ADMINISTRATOR])
    invitations.invite(session, None, guest, offer, now)
