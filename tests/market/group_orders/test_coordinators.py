"""Whoever runs a centre leaves it while somebody else runs its orders."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from kit.errors import Refused
from market.group_orders import coordinators
from people.tables.roles import RoleGrant
from tests import make as people_make
from tests.market import make
from tests.waiting import until_blocked


def test_who_does_not_coordinate_is_not_dismissed(session, at):
    other = people_make.actor(session, None)
    for centre_id in (at.centre.id, 999_999):
        with pytest.raises(Refused, match="non ha questo ruolo"):
            coordinators.dismiss(session, other, other.person_id, centre_id, at.now)


def test_the_last_two_do_not_leave_an_order_at_the_same_time(committed):
    with committed.sessions.begin() as session:
        at = make.world(session)
        make.product(session, at)
        make.opened(session, at)
        scope = ("coordinator", "centre", at.centre.id)
        centre_id = at.centre.id
        both = (at.coordinator, people_make.actor(session, None, scope))

    def leave(who):
        with committed.sessions.begin() as other:
            coordinators.dismiss(other, who, who.person_id, centre_id, at.now)

    with ThreadPoolExecutor(1) as pool, committed.sessions() as first:
        coordinators.dismiss(first, both[0], both[0].person_id, centre_id, at.now)
        second = pool.submit(leave, both[1])
        until_blocked(committed.engine)
        first.commit()
        with pytest.raises(Refused, match="è l'unica persona che coordina"):
            second.result(timeout=20)
    with committed.sessions() as session:
        held = select(RoleGrant.person_id).where(RoleGrant.scope_id == centre_id)
        left = session.scalars(held.where(RoleGrant.role == "coordinator")).all()
        assert left == [both[1].person_id]
