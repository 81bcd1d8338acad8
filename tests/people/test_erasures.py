"""An access that ends: the part of it that is this house's (tests/community has the rest)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kit.errors import Refused
from kit.mail import Mail
from people import (
    codes,
    erasures,
    factors,
    identities,
    mail_links,
    new_devices,
    passkey_challenges,
    roles,
)
from people.tables.factors import PasskeyChallenge
from people.tables.identities import AttestedAttribute
from people.tables.links import MailLink
from people.tables.persons import Erasure, Person
from people.tables.roles import RoleGrant
from people.tables.sessions import PersonSession
from tests import make
from tests.people.providers.made import answer


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


def test_no_way_in_is_left_and_the_identity_is_nobodys(session: Session) -> None:
    mario = make.actor(session)
    identities.link(session, mario, answer(), mario.now)
    codes.new_recovery_codes(session, mario.person_id, mario.now)
    make.passkey(session, mario.person_id)
    passkey_challenges.ask(session, passkey_challenges.PROOF, mario, mario.now)
    use = mail_links.LinkUse(mario.person_id, mario.session_id)
    mail_links.make(session, new_devices.NOT_ME, use, mario.now)
    session.commit()
    assert identities.enter(answer(), "telefono"), "the control"
    found = erasures.ask(session, mario, mario.now)
    erasures.forget_wishes(session, session.get_one(Person, mario.person_id))
    erasures.close(session, found, mario.now, lambda _: None)
    session.commit()
    assert identities.enter(answer(), "telefono") is None
    for table in (*erasures.IDENTITIES, *erasures.GONE, MailLink, PasskeyChallenge):
        mine = select(func.count()).where(table.person_id == mario.person_id)
        assert session.scalar(mine) == 0, table
    other = make.actor(session)
    identities.link(session, other, answer(), other.now)
    assert session.scalar(select(func.count()).select_from(AttestedAttribute)) == 3


def test_who_has_a_second_step_and_does_not_use_it_goes_as_others_do(session: Session) -> None:
    now = make.actor(session).now
    anna = make.person(session, created_at=now - timedelta(days=400))
    make.passkey(session, anna.id)
    assert factors.of(session, anna.id)
    assert [each.id for each in erasures.unused(session, now, 9)] == [anna.id]
    make.actor(session, anna)
    assert erasures.unused(session, now, 9) == []
    session.execute(delete(PersonSession))
    assert [each.id for each in erasures.unused(session, now, 9)] == [anna.id]
