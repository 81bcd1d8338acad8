"""What somebody has besides a password: their second steps, of every kind."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Message
from people import codes, devices, names, proofs
from people.tables.factors import Passkey

APP = Message("i codici di un'app")


class Factor(NamedTuple):
    """A second step that counts: its kind (as `people.proofs` names it) and id, what it is called
    in a sentence, and since when it counts.
    """

    kind: str
    id: int
    named: Message
    since: datetime


def of(session: Session, person_id: int) -> list[Factor]:
    """A person's second steps, the oldest first. Codes on paper are none: they replace one."""
    found = [*_app(session, person_id), *_passkeys(session, person_id)]
    return sorted(found, key=lambda factor: (factor.since, factor.kind, factor.id))


def mark(found: list[Factor]) -> str:
    """Give a mark of what somebody has: another as soon as any of it is another."""
    having = sorted((factor.kind, factor.id) for factor in found)
    return hashlib.sha256(repr(having).encode()).hexdigest()


def _app(session: Session, person_id: int) -> list[Factor]:
    found = codes.app(session, person_id)
    if found is None or found.confirmed_at is None:
        return []
    return [Factor(proofs.CODE, found.id, APP, found.confirmed_at)]


def _passkeys(session: Session, person_id: int) -> list[Factor]:
    mine = select(Passkey).where(Passkey.person_id == person_id)
    return [
        Factor(proofs.PASSKEY, passkey.id, _called(passkey), passkey.made_at)
        for passkey in session.scalars(mine)
    ]


def _called(passkey: Passkey) -> Message:
    """Name a passkey by what its owner calls it, else by the device that made it."""
    if passkey.name:
        return Message("la passkey «{name}»", name=names.of_thing(passkey.name))
    return Message("la passkey fatta con {device}", device=devices.said(passkey.device))
