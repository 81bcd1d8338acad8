"""An access that ends: the part of it that is this house's (tests/community has the rest)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.errors import Refused
from kit.mail import Mail
from people import erasures, roles
from people.tables.persons import Erasure, Person
from people.tables.roles import RoleGrant
from tests import make


def test_asked_twice_it_stays_as_it_was(session: Session) -> None:
    anna = make.actor(session)
    first = erasures.ask(session, anna, anna.now)
    again = erasures.ask(session, anna, anna.now + timedelta(days=1))
    assert again.due_at == first.due_at
    assert session.scalar(select(func.count()).select_from(Mail)) == 1


def test_who_alone_holds_a_role_is_found_with_and_without_locks(session: Session) -> None:
    anna = make.actor(session, None, ("driver", "centre", 1), ("treasurer", "centre", 1))
    make.actor(session, None, ("driver", "centre", 1))
    for hold in (False, True):
        found = erasures.alone(session, anna.person_id, hold=hold)
        assert found == [("treasurer", "centre", 1)]


def test_what_is_objected_under_the_locks_undoes_all(session: Session) -> None:
    anna = make.actor(session, None, ("driver", "centre", 1))
    found = erasures.ask(session, anna, anna.now)

    def object_(alone: list[roles.Role]) -> None:
        assert alone == [("driver", "centre", 1)]
        raise Refused("no")

    with pytest.raises(Refused), session.begin_nested():
        erasures.close(session, found, anna.now, object_)
    session.expire_all()
    assert session.get_one(Person, anna.person_id).disabled_at is None
    assert session.scalar(select(func.count()).select_from(RoleGrant)) == 1
    erasures.close(session, session.get_one(Erasure, anna.person_id), anna.now, lambda _: None)
    assert session.get_one(Person, anna.person_id).name == erasures.NAME
