"""When a commission reads no more: 120 days after its ranking, and its places stay as facts."""

from datetime import timedelta

from sqlalchemy import select

from calls import checks
from calls.commission import ends, evaluators
from kit.rome import to_rome
from people import role_ends, roles, sign_ins
from people.tables.roles import RoleGrant
from tests import make
from tests.calls import commissions

DAY = timedelta(days=1)


def test_it_reads_until_the_end_of_the_day_on_which_nobody_may_appeal_any_more(session, now):
    under = commissions.world(session)
    until = ends.with_ranking(session, under.office, under.call_id, now)
    assert to_rome(until).date() == to_rome(now + 120 * DAY).date()
    kept = select(RoleGrant.until).where(RoleGrant.scope_id == under.call_id)
    assert set(session.scalars(kept.where(RoleGrant.role == roles.EVALUATOR))) == {until}
    assert set(session.scalars(kept.where(RoleGrant.role == roles.OFFICE))) <= {None}


def test_then_its_pages_close_and_who_judged_stays_known(session, now):
    under = commissions.world(session)
    ends.with_ranking(session, under.office, under.call_id, now - 121 * DAY)
    judge, before = under.evaluators[0], evaluators.commission(session, under.call_id)
    role_ends.end(session, now)
    token = sign_ins.open_session(session, judge.person_id, "test", now, make.actor(session).proved)
    inside = sign_ins.actor_of(session, token)
    assert inside is not None and not inside.held
    assert evaluators.commission(session, under.call_id) == before != []
    named = [each for each in checks.violations(session) if each.startswith(("C15", "C24"))]
    assert named == []
