"""Correcting one's own name."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import audit
from people.actors import Actor
from people.tables.persons import Person

LONGEST = 120


def held(session: Session, actor: Actor) -> Person:
    """Hold whoever acts, to compare and correct what is kept of them."""
    return session.scalars(
        select(Person)
        .where(Person.id == actor.person_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def correct(session: Session, person: Person, name: str, now: datetime) -> bool:
    """Correct the name of a person who is held; give whether it is another one.

    Letters say it from now on; what was sent before, and acts of a call, keep the one they had.
    The audit says that it changed and not from what to what, or an erasure could not forget it.
    """
    if name == person.name:
        return False
    person.name = name
    session.flush()
    audit.record(session, person.id, "renamed", person, now)
    return True
