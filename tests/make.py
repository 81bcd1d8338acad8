"""Factories of persons and actors."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import update
from sqlalchemy.orm import Session

from kit import clock
from people import proofs, roles, sign_ins
from people.actors import Actor
from people.half_way import HalfWay
from people.tables.factors import Passkey
from people.tables.persons import Person, Trial
from people.tables.sessions import PersonSession

_number = count(1)
SOON = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)


def person(session: Session, name: str = "Anna Bianchi", **values: object) -> Person:
    """A person with an address of their own."""
    n = next(_number)
    values.setdefault("email", f"persona{n}@esempio.it")
    values.setdefault("created_at", clock.now(session))
    found = Person(name=name, **values)
    session.add(found)
    session.flush()
    return found


def passkey(session: Session, person_id: int, **values: object) -> Passkey:
    """A passkey of a person that no device has (`tests.authenticator` makes one that answers)."""
    values.setdefault("credential_id", os.urandom(16))
    values.setdefault("public_key", b"none")
    values.setdefault("user_handle", os.urandom(32))
    known = {"sign_count": 0, "transports": [], "backed_up": False, "name": "", "device": ""}
    found = Passkey(person_id=person_id, made_at=clock.now(session), **{**known, **values})
    session.add(found)
    session.flush()
    return found


def trial(session: Session) -> None:
    """Make this database one for trying, in which a password is enough for every role."""
    session.add(Trial(made_at=SOON))
    session.flush()


def inside(entry: str | HalfWay) -> str:
    """The token of whoever is let in by a password alone."""
    assert isinstance(entry, str)
    return entry


def actor(session: Session, who: Person | None = None, *grants: tuple[str, str, int]) -> Actor:
    """An actor holding exactly these roles, as the edge would give it to a use case."""
    who = who or person(session)
    now = clock.now(session)
    for role, kind, id_ in grants:
        roles.grant(session, None, who.id, role, kind, id_, now)
    token = sign_ins.open_session(session, who.id, "test", now, proofs.BY_PASSWORD_AND_CODE)
    found = sign_ins.actor_of(session, token)
    assert found is not None
    return found


def rest(session: Session, who: Person) -> None:
    """Let every session of a person have proved a password and nothing else."""
    mine = update(PersonSession).where(PersonSession.person_id == who.id)
    session.execute(mine.values(level=1, means=["password"]))
    session.commit()


def imagined(id_: int, name: str, kinds: Iterable[tuple[str, str]]) -> Actor:
    """An actor that no table knows, with roles in the scopes of its own number."""
    grants = frozenset((role, kind, id_) for role, kind in kinds)
    return Actor(id_, name, f"persona{id_}@esempio.it", "it", id_, grants, SOON)
