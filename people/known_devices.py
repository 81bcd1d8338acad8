"""Browsers in which somebody has signed in before: what strangers try does not slow them down.

A browser keeps one random token in a cookie of its own, apart from the session's, and it lets
nobody in. Only its hash is kept here. Every sign-in gives the browser a new one, so that one that
was planted there, or copied from it, is worth nothing afterwards (docs/decisions/0022).
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit.settings import settings
from people.tables.persons import Person
from people.tables.sessions import KnownDevice

COOKIE = "__Host-device" if settings().public_url.startswith("https://") else "device"
KEPT = timedelta(days=365)
MOST = 20


class Caller(NamedTuple):
    """Where somebody asks from: the network, the browser's token, who is signed in there."""

    network: str
    device: str = ""
    signed_in: str = ""


def own(session: Session, caller: Caller, email: str) -> str:
    """Name the allowance of the owner of an address; empty for everybody else.

    The owner asks from where they are signed in, or from a browser in which they were before.
    At most one statement, the same for known and unknown addresses.
    """
    if caller.signed_in == email:
        return f"person {email}"
    if not caller.device:
        return ""
    known = session.scalar(
        select(KnownDevice.id)
        .join(Person, Person.id == KnownDevice.person_id)
        .where(KnownDevice.token_hash == _hash(caller.device), Person.email == email)
    )
    return f"device {known}" if known else ""


def knows(session: Session, person_id: int, token: str) -> bool:
    """Whether a browser is known to a person by its token."""
    mine = KnownDevice.token_hash == _hash(token), KnownDevice.person_id == person_id
    return bool(token) and session.scalar(select(KnownDevice.id).where(*mine)) is not None


def remember(session: Session, person_id: int, before: str, now: datetime) -> str:
    """Make a browser known to a person; give its new token, which replaces the one `before`.

    What it was known to others for goes over. Of each person the MOST used last are kept.
    """
    token = secrets.token_urlsafe(32)
    if before:
        old = KnownDevice.token_hash == _hash(before)
        session.execute(update(KnownDevice).where(old).values(token_hash=_hash(token)))
    row = {"token_hash": _hash(token), "person_id": person_id, "last_used_at": now}
    seen = insert(KnownDevice).values(row)
    session.execute(
        seen.on_conflict_do_update(
            index_elements=[KnownDevice.token_hash, KnownDevice.person_id],
            set_={"last_used_at": now},
        )
    )
    mine = select(KnownDevice.id).where(KnownDevice.person_id == person_id)
    newest = mine.order_by(KnownDevice.last_used_at.desc(), KnownDevice.id.desc())
    session.execute(delete(KnownDevice).where(KnownDevice.id.in_(newest.offset(MOST))))
    return token


def forget(session: Session, person_id: int) -> None:
    """Forget all browsers of a person: their password is a new one."""
    session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id))


def forget_old(session: Session, now: datetime) -> None:
    """Forget browsers in which nobody has signed in for a year (a timer's work)."""
    session.execute(delete(KnownDevice).where(KnownDevice.last_used_at < now - KEPT))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
