"""Who changed what, when: audit rows written with the change, chained by a sealer job."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.db import Base, Id
from kit.hot import Hot


class AuditEvent(Base):
    """One change: who, what, when, before and after. Inserted only, never changed."""

    __tablename__ = "audit_event"
    id: Mapped[Id]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    # The inserting transaction: by it the sealer finds what it has not seen yet.
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, index=True, server_default=text("pg_current_xact_id()::text::bigint")
    )
    __table_args__ = ({"info": {"grants": "SELECT, INSERT"}},)


class AuditSeal(Base):
    """A link of the chain: SHA-256 of the previous link and of one event.

    What a transaction before `horizon` wrote was all sealed when this link was made; None where
    nothing is known of that.
    """

    __tablename__ = "audit_seal"
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    horizon: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = ({"info": {"grants": "SELECT, INSERT"}},)


class AuditLink(Base):
    """A link of the chain of one thing: written with the act itself, while its lock is held.

    The chain is named by a kind and an id (a call); a place in it can be taken only once.
    """

    __tablename__ = "audit_link"
    chain_kind: Mapped[str] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = ({"info": {"grants": "SELECT, INSERT"}},)


_EVENT = AuditEvent.__table__
_SEAL = AuditSeal.__table__
_LINK = AuditLink.__table__
_INSERT = insert(AuditEvent)


class _Recorded(NamedTuple):
    id: int


_RECORD = Hot(
    _Recorded,
    """
    insert into audit_event (at, actor_id, action, subject_kind, subject_id, before, after)
    values (%(at)s, %(actor_id)s::bigint, %(action)s, %(subject_kind)s, %(subject_id)s,
        %(before)s::jsonb, %(after)s::jsonb)
    returning id
    """,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about, where its row is not at hand: its house, table and id."""

    house: str
    kind: str
    id: int


class Acting(Protocol):
    """Whoever acts: anything that knows the id of a person."""

    @property
    def person_id(self) -> int:
        """The id of the person."""


_ACTS = "who acts, and by which proof"


def sign(session: Session, person_id: int, proof: dict[str, Any]) -> None:
    """Say who acts in this session and what they proved: it is kept with each of their acts.

    It stands in `after.signed` of the events in their name, not in those in the name of others.
    """
    session.info[_ACTS] = (person_id, proof)


def _signed(
    session: Session, actor_id: int | None, after: dict[str, Any] | None
) -> dict[str, Any] | None:
    person_id, proof = session.info.get(_ACTS, (None, None))
    if proof is None or actor_id != person_id:
        return after
    return {**(after or {}), "signed": proof}


def of(table: type[Base], id_: int) -> Subject:
    """Name a row by its table and id."""
    found = table.__table__
    return Subject(found.info["house"], str(found.name), id_)  # type: ignore[attr-defined]


def record(
    session: Session,
    actor: Acting | int | None,
    act: str,
    row: Base | Subject,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one audit row in the caller's transaction (one statement).

    `row` is what was changed, as its row or as a `Subject`: its house, kind and id come from
    it. `act` is a past participle ("closed"), or noun and participle ("password.changed")
    where what happened has another name than what it happened to. Values must be JSON; what a
    draft says never comes here, only the field's name and a salted hash.
    """
    subject = row if isinstance(row, Subject) else of(type(row), row.id)  # type: ignore[attr-defined]
    values = _values(actor, act, subject, now)
    # Where nothing is given a null of JSON is written, as SQLAlchemy does it in `record_many`.
    kept = _signed(session, values["actor_id"], after)
    said = {"before": json.dumps(before), "after": json.dumps(kept)}
    _RECORD.rows(session, {**values, **said})


def _values(
    actor: Acting | int | None, act: str, subject: Subject, now: datetime
) -> dict[str, Any]:
    named = act if "." in act else f"{subject.kind}.{act}"
    return {
        "at": now,
        "actor_id": actor if isinstance(actor, int | None) else actor.person_id,
        "action": f"{subject.house}.{named}",
        "subject_kind": subject.kind,
        "subject_id": subject.id,
    }


def record_act(
    session: Session,
    actor: Acting | int | None,
    act: str,
    chain: Subject,
    now: datetime,
    *,
    after: dict[str, Any],
) -> None:
    """Record what was done to `chain` and link it to the chain of its own (three statements).

    For acts that have to stand before a judge: few, one at a time, the caller holds the thing
    alone. Two that did not would want the same place, and the second would fail.
    """
    values = {**_values(actor, act, chain, now), "before": None}
    values["after"] = _signed(session, values["actor_id"], after)
    event = session.execute(_INSERT.returning(*_EVENT.c), values).one()
    head = session.execute(
        select(_LINK.c.position, _LINK.c.digest)
        .where(_LINK.c.chain_kind == chain.kind, _LINK.c.chain_id == chain.id)
        .order_by(_LINK.c.position.desc())
        .limit(1)
    ).first()
    previous = bytes(head.digest) if head else _beginning(chain.kind, chain.id)
    link = {
        "chain_kind": chain.kind,
        "chain_id": chain.id,
        "position": head.position + 1 if head else 1,
        "event_id": event.id,
        "digest": digest(previous, event),
    }
    session.execute(insert(AuditLink), link)


def _beginning(kind: str, id_: int) -> bytes:
    """What a chain's first link follows: its name, so that no link fits into another chain."""
    return hashlib.sha256(f"{kind}:{id_}".encode()).digest()


def record_many(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write many audit rows in one statement; keys as in `record`."""
    if rows:
        session.execute(_INSERT, [_whole(session, row) for row in rows])


def _whole(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    after = _signed(session, row.get("actor_id"), row.get("after"))
    return {"before": None, **row, "after": after}


def digest(previous: bytes, event: Any) -> bytes:
    """Link an event to the one before: SHA-256(previous || canonical JSON of the event)."""
    content = [
        event.id,
        event.at.isoformat(timespec="microseconds"),
        event.actor_id,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.before,
        event.after,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + canonical.encode()).digest()


def violations(session: Session) -> list[str]:
    """Walk all chains and name every event that was altered, removed or put in between."""
    behind = [
        f"audit chain: event {id_} was put in behind the chain" for id_ in session.scalars(_BEHIND)
    ]
    return unsound(session) + behind + _of_links(session)


def unsound(session: Session) -> list[str]:
    """Walk the one chain of everything and name each of its links that does not hold."""
    found: list[str] = []
    previous, expected = b"", 0
    rows = session.execute(
        select(_SEAL.c.position, _SEAL.c.digest, _SEAL.c.event_id, *_EVENT.c)
        .select_from(_SEAL.outerjoin(_EVENT, _SEAL.c.event_id == _EVENT.c.id))
        .order_by(_SEAL.c.position)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        expected += 1
        if row.position != expected:
            found.append(f"audit chain: link {expected} is missing")
            expected = row.position
        if row.id is None:
            found.append(f"audit chain: event {row.event_id} was removed")
        elif digest(previous, row) != bytes(row.digest):
            found.append(f"audit chain: event {row.event_id} is not what was sealed")
        previous = bytes(row.digest)
    return found


# What came from a transaction that the sealer had done with, and is not sealed.
_BEHIND = text(
    "select e.id from audit_event e, (select horizon from audit_seal order by position desc"
    " limit 1) as h where e.transaction_id < h.horizon"
    " and h.horizon <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    " and not exists (select 1 from audit_seal s where s.event_id = e.id) order by 1"
)


def _of_links(session: Session) -> list[str]:
    found: list[str] = []
    name, previous, expected = ("", 0), b"", 0
    rows = session.execute(
        select(_LINK.c.chain_kind, _LINK.c.chain_id, _LINK.c.position, _LINK.c.digest)
        .add_columns(_LINK.c.event_id, *_EVENT.c)
        .select_from(_LINK.outerjoin(_EVENT, _LINK.c.event_id == _EVENT.c.id))
        .order_by(_LINK.c.chain_kind, _LINK.c.chain_id, _LINK.c.position)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        if (row.chain_kind, row.chain_id) != name:
            name, expected = (row.chain_kind, row.chain_id), 0
            previous = _beginning(*name)
        expected += 1
        chain = f"chain of {row.chain_kind} {row.chain_id}"
        if row.position != expected:
            found.append(f"{chain}: link {expected} is missing")
            expected = row.position
        if row.id is None:
            found.append(f"{chain}: event {row.event_id} was removed")
        elif digest(previous, row) != bytes(row.digest):
            found.append(f"{chain}: event {row.event_id} is not what was linked")
        previous = bytes(row.digest)
    return found + [f"event {id_} has lost its link" for id_ in session.scalars(_UNLINKED)]


# An act that was ever linked is linked every time: the end of a chain cannot be cut off.
_UNLINKED = text(
    "with acts as (select e.action, min(e.id) as first from audit_link l"
    "  join audit_event e on e.id = l.event_id group by 1)"
    " select e.id from audit_event e join acts a on a.action = e.action and e.id > a.first"
    " where not exists (select 1 from audit_link l where l.event_id = e.id) order by 1"
)
