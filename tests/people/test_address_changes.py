"""A new address: told to both, taken by a letter good once, and only by who asked."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.audit import AuditEvent
from kit.errors import Invalid, NotFound, Refused, TooMany
from kit.mail import Mail
from people import address_changes, link_wishes, persons, sign_ins
from people.actors import Actor
from people.known_devices import Caller, remember
from people.tables.links import OneTimeLink
from people.tables.persons import AddressChange, Person
from people.tables.sessions import KnownDevice
from tests import make
from tests.jobs import queued, run_all
from tests.sql import statements

HERE = Caller("192.0.2.1")
NEW = "nuova@esempio.it"


def asked(session: Session, actor: Actor, email: str = NEW) -> None:
    address_changes.ask(session, actor, email, HERE, actor.now)
    run_all(session)


def letters(session: Session, to: str) -> list[str]:
    return list(session.scalars(select(Mail.text).where(Mail.to == to).order_by(Mail.id)))


def token(session: Session, to: str = NEW) -> str:
    found = re.search(r"/account/new-address/(\S+)", letters(session, to)[-1])
    assert found
    return found[1]


def test_it_is_taken_by_the_letter_and_told_to_both_addresses(session: Session) -> None:
    anna = make.actor(session)
    asked(session, anna)
    assert "Per ora non è cambiato niente" in letters(session, anna.email)[0]
    assert address_changes.confirm(session, anna, token(session), anna.now) == NEW
    session.expire_all()
    assert session.get_one(Person, anna.person_id).email == NEW
    assert "entri in FareLegami con un altro indirizzo" in letters(session, anna.email)[-1]
    assert "entri in FareLegami con un altro indirizzo" in letters(session, NEW)[-1]
    event = select(AuditEvent).where(AuditEvent.action == "people.address.changed")
    found = session.scalars(event).one()
    assert NEW not in str(found.after) and anna.email not in str(found.after)


def test_the_letter_is_good_once_and_for_a_day(session: Session) -> None:
    anna = make.actor(session)
    asked(session, anna)
    key = token(session)
    row = session.get_one(AddressChange, anna.person_id)
    row.expires_at = anna.now
    session.flush()
    with pytest.raises(address_changes.NotThisAddress):
        address_changes.confirm(session, anna, key, anna.now)
    row.expires_at = anna.now + timedelta(seconds=1)
    session.flush()
    address_changes.confirm(session, anna, key, anna.now)
    with pytest.raises(address_changes.NotThisAddress):
        address_changes.confirm(session, anna, key, anna.now)


def test_who_gets_the_letter_by_a_slip_can_do_nothing_with_it(session: Session) -> None:
    anna, other = make.actor(session), make.actor(session)
    asked(session, anna)
    with pytest.raises(address_changes.NotThisAddress):
        address_changes.confirm(session, other, token(session), anna.now)


def test_a_taken_address_is_answered_alike_and_its_owner_is_told(session: Session) -> None:
    anna, other = make.actor(session), make.actor(session)
    asked(session, anna, other.email)
    (told,) = letters(session, other.email)
    assert "non è cambiato niente" in told and "new-address" not in told
    assert "Per ora non è cambiato niente" in letters(session, anna.email)[0]
    waiting = address_changes.waiting(session, anna)
    assert waiting is not None and waiting.email == other.email
    (told,) = letters(session, other.email)
    assert persons.by_email(session, other.email) is not None


def test_asking_does_the_same_for_an_address_that_is_taken(
    client: Any, session: Session, engine: Any, sign_in: Any
) -> None:
    other = make.person(session)
    done = {}
    for email in (other.email, "nessuno@esempio.it"):
        anna = make.actor(session)
        session.commit()
        with statements(engine) as done[email]:
            address_changes.ask(session, anna, email, HERE, anna.now)
            session.flush()
    first, second = done.values()
    assert len(first) > 3 and first == second
    assert all(values.keys() == {"person_id"} for name, values in queued(session))


def test_an_address_that_was_taken_meanwhile_is_refused(session: Session) -> None:
    anna = make.actor(session)
    asked(session, anna)
    make.person(session, email=NEW)
    with pytest.raises(Refused, match="non si può più usare"):
        address_changes.confirm(session, anna, token(session), anna.now)


def test_the_address_of_now_and_many_letters_are_refused(session: Session) -> None:
    anna = make.actor(session)
    with pytest.raises(Invalid):
        address_changes.ask(session, anna, anna.email, HERE, anna.now)
    for _ in range(3):
        address_changes.ask(session, anna, NEW, HERE, anna.now)
    with pytest.raises(TooMany), session.begin_nested():
        address_changes.ask(session, anna, NEW, HERE, anna.now)


def test_other_sessions_and_links_end_and_browsers_stay_known(session: Session) -> None:
    anna = make.actor(session)
    elsewhere = make.actor(session, session.get_one(Person, anna.person_id))
    remember(session, anna.person_id, "", anna.now)
    link_wishes.request_reset(session, anna.email, HERE, anna.now)
    asked(session, anna)
    address_changes.confirm(session, anna, token(session), anna.now)
    session.expire_all()
    living = sign_ins.sessions_of(session, anna.person_id, anna.now)
    assert [each.id for each in living] == [anna.session_id] != [elsewhere.session_id]
    assert session.scalars(select(OneTimeLink.used_at)).one() == anna.now
    assert session.scalar(select(func.count()).select_from(KnownDevice)) == 1


def test_it_can_be_given_up_and_is_forgotten_by_itself(session: Session) -> None:
    anna = make.actor(session)
    asked(session, anna)
    key = token(session)
    address_changes.drop(session, anna, anna.now)
    with pytest.raises(NotFound):
        address_changes.drop(session, anna, anna.now)
    with pytest.raises(address_changes.NotThisAddress):
        address_changes.look_up(session, anna, key)
    asked(session, anna)
    address_changes.forget_old(session, anna.now + address_changes.LIFETIME)
    assert address_changes.waiting(session, anna) is not None
    address_changes.forget_old(session, anna.now + address_changes.LIFETIME + timedelta(days=1))
    session.expire_all()
    assert session.get(AddressChange, anna.person_id) is None


def test_a_job_that_runs_twice_writes_one_letter(session: Session) -> None:
    anna = make.actor(session)
    asked(session, anna)
    address_changes.answer(session, anna.person_id, anna.now)
    assert len(letters(session, NEW)) == 1
