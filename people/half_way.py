"""Between password and second step: whose password was right, for five minutes.

Whoever has a second step gets no session by a password alone, nor by the link of a letter, but a
sealed paper. It opens nothing by itself, and is worth nothing once the password or the second
steps are others (docs/decisions/0027).
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import secret
from kit.errors import Refused
from people import factors
from people.tables.persons import Person

VALID = timedelta(minutes=5)
FIELD = "half-way"  # in the form that asks for the second step
_LABEL = "half way in"


class HalfWay(NamedTuple):
    """Instead of a session's token: the paper that the page of the second step carries."""

    paper: str

    @property
    def kinds(self) -> frozenset[str]:
        """Of which kinds the second steps are, as the paper says; none where it is not ours."""
        try:
            return frozenset(json.loads(secret.unseal(_LABEL, self.paper))["kinds"])
        except secret.NotOurs:
            return frozenset()


class Late(Refused):
    """A paper that is too old, or of a password or second steps that are others now."""

    def __init__(self) -> None:
        super().__init__(
            "Sono passati più di cinque minuti, o intanto qualcosa è cambiato: entra di nuovo."
        )


def paper(session: Session, person: Person, now: datetime) -> HalfWay | None:
    """Give whose password is right the paper for the second step; None where there is none."""
    found = factors.of(session, person.id)
    if not found:
        return None
    bound = _bound(person, factors.mark(found))
    told = {"person": person.id, "at": int(now.timestamp()), "bound": bound}
    told["kinds"] = sorted({factor.kind for factor in found})
    return HalfWay(secret.seal(_LABEL, json.dumps(told).encode()))


def read(session: Session, sealed: str, now: datetime, *, hold: bool = False) -> Person:
    """Tell whose password was right, all being as it was; `hold` locks the person. Raises Late."""
    try:
        told = json.loads(secret.unseal(_LABEL, sealed))
    except secret.NotOurs:
        raise Late from None
    query = select(Person).where(Person.id == told["person"], Person.disabled_at.is_(None))
    query = query.with_for_update() if hold else query
    person = session.scalars(query.execution_options(populate_existing=True)).first()
    given = datetime.fromtimestamp(told["at"], UTC)
    if person is None or not given <= now <= given + VALID:
        raise Late
    if told["bound"] != _bound(person, factors.mark(factors.of(session, person.id))):
        raise Late
    return person


def _bound(person: Person, having: str) -> str:
    return hashlib.sha256(f"{person.password_hash} {having}".encode()).hexdigest()
