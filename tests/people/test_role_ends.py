"""Roles that end: they open nothing from that instant on, their holders are told, the last stay."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from kit import clock
from kit.audit import AuditEvent
from kit.errors import Refused
from kit.mail import Mail
from people import role_ends, roles, sign_ins
from people.jobs import end_roles
from people.tables.roles import RoleGrant
from tests import make

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
DRIVER = (roles.DRIVER, "centre", 2)
TREASURER = (roles.TREASURER, "centre", 2)


def holding(session, now, until, held=DRIVER, name="Ugo Lodi", **values):
    person = make.person(session, name, **values)
    role, kind, id_ = held
    roles.grant(session, None, person.id, role, kind, id_, now - 60 * DAY, until=until)
    return person


def letters(session, person=None):
    query = select(Mail).where(Mail.kind == role_ends.KIND).order_by(Mail.id)
    found = session.scalars(query).all()
    return [one for one in found if person is None or one.person_id == person.id]


def held_by(session, person):
    session.expire_all()
    query = select(RoleGrant).where(RoleGrant.person_id == person.id)
    return session.scalars(query).all()


def acted(session, act):
    return session.scalars(select(AuditEvent).where(AuditEvent.action == f"people.{act}")).all()


NOON = datetime(2026, 10, 25, 11, 0, tzinfo=UTC)  # clocks went back that night


def test_the_last_day_lasts_until_its_last_second_in_rome():
    found = role_ends.last_instant(date(2026, 10, 25), NOON)
    assert found == datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)


def test_a_day_that_has_passed_is_refused():
    with pytest.raises(Refused, match="già passato") as refused:
        role_ends.last_instant(date(2026, 10, 24), NOON)
    assert refused.value.field == "until"


def test_from_its_end_on_a_role_opens_nothing_also_before_the_timer_comes(session, now):
    """And the control: a second before it does."""
    person = holding(session, now, now + DAY)
    who = make.actor(session, person)
    assert who.has(*DRIVER)
    roles.holders(session, *DRIVER)
    session.query(RoleGrant).filter_by(person_id=person.id).update({"until": now - SECOND})
    assert not make.actor(session, person).held
    assert roles.holders(session, *DRIVER) == []


def test_the_timer_takes_away_what_is_over_and_keeps_what_it_was_in_the_audit(session, now):
    over, lasts = holding(session, now, now - SECOND), holding(session, now, now + SECOND)
    token = sign_ins.open_session(session, over.id, "test", now, make.actor(session).proved)
    end_roles(session, now)
    assert held_by(session, over) == [] and len(held_by(session, lasts)) == 1
    (told,) = acted(session, "role.ended")
    assert (told.subject_id, told.actor_id) == (over.id, None)
    assert told.before["scope"] == ["centre", 2] and told.before["until"]
    assert sign_ins.actor_of(session, token) is not None, "they stay inside"
    end_roles(session, now)
    assert len(acted(session, "role.ended")) == 1


def test_its_holder_is_told_a_week_before_and_on_the_last_day_once_each(session, now):
    until = role_ends.last_instant(clock.to_rome(now + 7 * DAY).date(), now)
    person = holding(session, now, until)
    role_ends.warn(session, until - role_ends.WARNED - SECOND)
    assert letters(session) == []
    for at in (until - role_ends.WARNED, until - 3 * DAY, until - 2 * SECOND, until - SECOND):
        role_ends.warn(session, at)
    before, last = letters(session, person)
    assert (before.subject, last.subject) == ("Un tuo ruolo finisce", "Oggi finisce un tuo ruolo")
    assert "consegne" in before.text and "compreso" in before.text


def test_a_prolonged_role_is_told_anew(session, now):
    until = role_ends.last_instant(clock.to_rome(now + 7 * DAY).date(), now)
    person = holding(session, now, until)
    role_ends.warn(session, until - DAY)
    roles.grant(session, None, person.id, *DRIVER, now, until=until + 30 * DAY)
    role_ends.warn(session, until - DAY)
    role_ends.warn(session, until + 29 * DAY)
    assert len(letters(session, person)) == 2


def test_the_commission_and_who_may_not_sign_in_are_not_written_to(session, now):
    holding(session, now, now + DAY, (roles.EVALUATOR, "call", 1))
    holding(session, now, now + DAY, disabled_at=now)
    role_ends.warn(session, now)
    assert letters(session) == []


@pytest.mark.parametrize("role", [roles.COORDINATOR, roles.TREASURER])
def test_the_last_one_keeps_it_and_the_administration_is_told(session, now, role):
    ada = make.person(session, "Ada Regina")
    roles.grant(session, None, ada.id, *roles.ADMINISTRATION, now)
    held = (role, "centre", 2)
    last = holding(session, now, now - SECOND, held)
    holding(session, now, None, held, "Chi non entra", disabled_at=now)
    role_ends.end(session, now)
    (kept,) = held_by(session, last)
    assert kept.until is None and make.actor(session, last).held == {held}
    assert {one.person_id for one in letters(session)} == {ada.id, last.id}
    assert "di Ugo Lodi finiva oggi" in letters(session, ada)[0].text
    (told,) = acted(session, "role.kept")
    assert told.before["until"] and told.after["until"] is None


def test_the_last_administrator_keeps_it_too(session, now):
    ada = holding(session, now, now - SECOND, roles.ADMINISTRATION, "Ada Regina")
    role_ends.end(session, now)
    assert held_by(session, ada)[0].until is None and len(letters(session)) == 1


def test_of_two_that_end_at_once_the_older_one_stays(session, now):
    older, newer = (holding(session, now, now - SECOND, TREASURER) for _ in range(2))
    role_ends.end(session, now)
    assert held_by(session, older)[0].until is None and held_by(session, newer) == []


def test_who_has_somebody_beside_them_leaves(session, now):
    leaving, staying = holding(session, now, now - SECOND, TREASURER), make.person(session)
    roles.grant(session, None, staying.id, *TREASURER, now)
    role_ends.end(session, now)
    assert held_by(session, leaving) == [] and letters(session) == []
