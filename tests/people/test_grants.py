"""Who has which role: since when, given by whom, until when."""

from datetime import timedelta

from people import grants, roles
from tests import make

CENTRE = ("centre", 2)


def test_each_role_says_since_when_given_by_whom_and_until_when(session, now):
    ada, ugo = make.person(session, "Ada"), make.person(session, "Ugo")
    until = now + timedelta(days=9)
    roles.grant(session, ada.id, ugo.id, roles.DRIVER, *CENTRE, now, until=until)
    roles.grant(session, None, ugo.id, roles.MEMBER, "household", 1, now)
    first, second = grants.of_persons(session, [ugo.id, ada.id])[ugo.id]
    assert first.held == (roles.DRIVER, *CENTRE) and first.value == "driver:centre:2"
    assert (first.name, first.since, first.given_by, first.until) == ("Ugo", now, "Ada", until)
    assert (second.given_by, second.until) == (None, None)


def test_of_one_thing_they_come_by_role_and_what_is_over_is_left_out(session, now):
    ada, ugo, over = (make.person(session, name) for name in ("Ada", "Ugo", "Ivo"))
    past = now - timedelta(seconds=1)
    roles.grant(session, None, ugo.id, roles.DRIVER, *CENTRE, now)
    roles.grant(session, None, ada.id, roles.COORDINATOR, *CENTRE, now)
    roles.grant(session, None, over.id, roles.DRIVER, *CENTRE, now, until=past)
    roles.grant(session, None, ada.id, roles.TREASURER, *CENTRE, now)
    found = grants.in_scope(session, *CENTRE, (roles.COORDINATOR, roles.DRIVER))
    assert [(one.role, one.name) for one in found] == [("coordinator", "Ada"), ("driver", "Ugo")]
    assert grants.of_persons(session, [over.id]) == {}
