"""Opening the envelopes of a call: an act of the office, once, after the deadline."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from calls.applications import submissions
from calls.commission import access
from calls.envelopes.rules import opening
from calls.envelopes.rules.lots import seed_of
from calls.tables.applications import Application, Submission
from calls.tables.envelopes import OpenedApplication, Opening
from calls.tables.texts import Call
from calls.texts import published
from kit import audit, db
from kit.db import lock_exclusive
from people.actors import Actor


def open_envelopes(session: Session, actor: Actor, call_id: int, now: datetime) -> int:
    """Open what was sent to a call, once and for the whole commission; returns how many.

    Raises Refused until a minute after the deadline, and when they are already open.
    """
    access.require_office(actor, call_id)
    lock_exclusive(session, "call", call_id)
    call = published.of_call(session, call_id)
    opened = session.get(Opening, call_id) is not None
    opening.check_may_open(now, call.deadline_at, opened=opened)
    sent = db.rows(session, _Sent, _SENT, {"call_id": call_id})
    rows = [_opened(call_id, row) for row in sent]
    session.execute(
        insert(Opening).values(
            call_id=call_id, opened_by=actor.person_id, opened_at=now, applications=len(rows)
        )
    )
    if rows:
        session.execute(insert(OpenedApplication), rows)
    facts = {"applications": len(rows), "seed": seed_of(envelopes(session, call_id))}
    audit.record_act(session, actor, "opened", audit.of(Call, call_id), now, after=facts)
    return len(rows)


class _Sent(NamedTuple):
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


def _opened(call_id: int, row: _Sent) -> dict[str, Any]:
    content = json.loads(row.content)
    return {
        "application_id": row.application_id,
        "call_id": call_id,
        "code": submissions.protocol(row),
        "firm": content["fields"]["firm_name"],
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


class _Envelope(NamedTuple):
    protocol_year: int
    protocol_number: int
    sha256: str


_ENVELOPES = _SENT.with_only_columns(
    Submission.protocol_year, Submission.protocol_number, Submission.sha256
)
