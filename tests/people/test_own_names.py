"""Correcting one's own name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.audit import AuditEvent
from people import own_names, persons
from tests import make


def test_a_name_is_corrected_and_said_by_letters_from_then_on(session: Session) -> None:
    anna = make.actor(session)
    person = own_names.held(session, anna)
    assert own_names.correct(session, person, "Anna Rossi", anna.now)
    assert persons.reader(person).name == "Anna Rossi"
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "people.person.renamed")
    ).one()
    assert (event.actor_id, event.before, event.after) == (anna.person_id, None, None)


def test_the_same_name_changes_nothing(session: Session) -> None:
    anna = make.actor(session)
    assert not own_names.correct(session, own_names.held(session, anna), anna.name, anna.now)
    events = select(AuditEvent).where(AuditEvent.action == "people.person.renamed")
    assert session.scalars(events).all() == []
