"""Opening the envelopes of a call: an act of the office, once, after the deadline."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Text, any_, bindparam, func, insert, select
from sqlalchemy.orm import Session

from calls.applications import submissions
from calls.applications.rules import receipts
from calls.commission import access, conflicts, progress, seats
from calls.envelopes.rules import opening
from calls.envelopes.rules.lots import seed_of
from calls.tables.applications import Application, Submission
from calls.tables.envelopes import OpenedApplication, Opening
from calls.tables.texts import Call
from calls.texts import published
from kit import audit, codes, db, shown
from kit.db import lock_exclusive
from people.actors import Actor


def sealed(session: Session, call_id: int) -> int:
    """Count what was sent to a call and waits to be opened."""
    return session.scalar(_SEALED, {"call_id": call_id}) or 0


def open_envelopes(
    session: Session, actor: Actor, call_id: int, now: datetime, *, seen: str | None = None
) -> int:
    """Open what was sent to a call, once and for the whole commission; returns how many.

    Conflicts of the commission that only now can be known are recorded with it. `seen` is what
    the page had shown (`opening.parts`, packed), None where there was none. Raises Refused until
    a minute after the deadline, and when they are already open, Changed where it is no longer
    as shown.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    call = published.of_call(session, call_id)
    opened = session.get(Opening, call_id) is not None
    opening.check_may_open(now, call.deadline_at, opened=opened)
    if seen is not None:
        members = progress.of_commission(session, call_id)
        parts = opening.parts(sealed(session, call_id), seats.parts(members))
        seat = seats.named(session, call_id, members)
        shown.check(seen, parts, lambda part: seat(part) or opening.named(part))
    sent = db.rows(session, SentEnvelope, _SENT, {"call_id": call_id})
    rows = [as_opened(call_id, row) for row in sent]
    session.execute(
        insert(Opening).values(
            call_id=call_id, opened_by=actor.person_id, opened_at=now, applications=len(rows)
        )
    )
    if rows:
        session.execute(insert(OpenedApplication), rows)
    facts: dict[str, Any] = {
        "applications": len(rows),
        "seed": seed_of(envelopes(session, call_id)),
    }
    if found := conflicts.record(session, call_id, now):
        facts["conflicts"] = conflicts.facts(found)
    audit.record_act(session, actor, "opened", audit.of(Call, call_id), now, after=facts)
    return len(rows)


class SentEnvelope(NamedTuple):
    """An envelope as it is opened."""

    application_id: int
    protocol_year: int
    protocol_number: int
    content: bytes


_SENT = (
    select(
        Submission.application_id,
        Submission.protocol_year,
        Submission.protocol_number,
        Submission.content,
    )
    .join(Application, Application.id == Submission.application_id)
    .where(Application.call_id == bindparam("call_id"))
)
_SEALED = _SENT.with_only_columns(func.count())


def as_opened(call_id: int, row: SentEnvelope | Submission) -> dict[str, Any]:
    """Give the columns of OpenedApplication that follow from what was sent."""
    content = json.loads(row.content)
    typed = content["fields"].get("tax_code", "")
    code = codes.person_tax_code(typed)
    return {
        "application_id": row.application_id,
        "call_id": call_id,
        "code": submissions.protocol(row),
        "firm": content["fields"]["firm_name"],
        "tax_code": code if isinstance(code, str) else codes.tidy(typed),
        "requested": content["plan"]["requested"],
        "sheets": 0,
        "total_sum": Decimal(0),
    }


def envelopes(session: Session, call_id: int) -> dict[str, str]:
    """Code and hash of every application that was sent to the call."""
    rows = db.rows(session, _Envelope, _ENVELOPES, {"call_id": call_id})
    return {submissions.protocol(row): row.sha256 for row in rows}


def firms(session: Session, call_id: int) -> dict[str, str]:
    """Name of firm or project by the code of every opened application of the call."""
    return {row.code: row.firm for row in db.rows(session, _Named, _FIRMS, {"call_id": call_id})}


class _Named(NamedTuple):
    code: str
    firm: str


_FIRMS = select(OpenedApplication.code, OpenedApplication.firm).where(
    OpenedApplication.call_id == bindparam("call_id")
)


class Received(NamedTuple):
    """What the receipt of an opened application says of it; `requested` in cents."""

    code: str
    received_at: datetime
    requested: int
    sha256: str

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the receipt, which its holder looks for."""
        return receipts.fingerprint(*self)


def received(session: Session, call_id: int, codes: Sequence[str]) -> dict[str, Received]:
    """What the receipts of some opened applications say, by code; no statement for none."""
    if not codes:
        return {}
    values = {"call_id": call_id, "codes": list(codes)}
    return {row.code: row for row in db.rows(session, Received, _RECEIVED, values)}


_RECEIVED = (
    select(
        OpenedApplication.code,
        Submission.received_at,
        OpenedApplication.requested,
        Submission.sha256,
    )
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .where(
        OpenedApplication.call_id == bindparam("call_id"),
        OpenedApplication.code == any_(bindparam("codes", type_=ARRAY(Text))),
    )
)


class _Envelope(NamedTuple):
    protocol_year: int
    protocol_number: int
    sha256: str


_ENVELOPES = _SENT.with_only_columns(
    Submission.protocol_year, Submission.protocol_number, Submission.sha256
)
