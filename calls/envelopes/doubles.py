"""Doubles of a call, shown to its office from the opening on, and what it decides of them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, exists, func, insert, select
from sqlalchemy.orm import Session

from calls.commission import access
from calls.commission.rules import lifecycle
from calls.envelopes.rules import doubles
from calls.envelopes.rules.doubles import Decision, Double, Sent
from calls.tables.applications import Submission
from calls.tables.envelopes import DoubleDecision, OpenedApplication
from calls.tables.rankings import Ranking
from calls.tables.texts import Call
from kit import audit, db, shown
from kit.canonical import encode
from kit.errors import Message
from people.actors import Actor

_CALL = bindparam("call_id", type_=BigInteger)


def of_call(session: Session, call_id: int) -> list[Double]:
    """Who sent more than one application, and which counts (two statements, one for none)."""
    sent = db.rows(session, Sent, _SENT, {"call_id": call_id})
    if not sent:
        return []
    decisions = db.rows(session, Decision, _DECISIONS, {"call_id": call_id})
    return doubles.doubles(sent, decisions)


_THEIR_CODES = (
    select(OpenedApplication.tax_code)
    .where(OpenedApplication.call_id == _CALL, OpenedApplication.tax_code != "")
    .group_by(OpenedApplication.tax_code)
    .having(func.count() > 1)
)
_SENT = (
    select(
        OpenedApplication.application_id,
        OpenedApplication.code,
        OpenedApplication.tax_code,
        Submission.received_at,
    )
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .where(OpenedApplication.call_id == _CALL, OpenedApplication.tax_code.in_(_THEIR_CODES))
)
_DECISIONS = (
    select(DoubleDecision.application_id, DoubleDecision.reason)
    .join(OpenedApplication, OpenedApplication.application_id == DoubleDecision.application_id)
    .where(OpenedApplication.call_id == _CALL)
    .order_by(DoubleDecision.id)
)


def decide(
    session: Session,
    actor: Actor,
    call_id: int,
    decision: Decision,
    now: datetime,
    *,
    seen: str | None = None,
) -> Double:
    """Let another of somebody's applications count than the last one; give the double as it was.

    `seen` is what the page had shown (`parts`, packed), None where there was none. Raises Refused
    where nothing is to decide, without a reason, and once the ranking is published; Changed
    where it is no longer as shown.
    """
    access.require_office(actor, call_id)
    db.lock_exclusive(session, "call", call_id)
    ranked = session.scalar(select(exists().where(Ranking.call_id == call_id)))
    lifecycle.check_may_change(ranked=bool(ranked))
    reason = decision.reason.strip()
    before = doubles.check_may_decide(of_call(session, call_id), decision.application_id, reason)
    if seen is not None:
        shown.check(seen, parts(before), _named)
    session.execute(
        insert(DoubleDecision).values(
            application_id=decision.application_id,
            reason=reason,
            decided_by=actor.person_id,
            decided_at=now,
        )
    )
    facts = {
        "kept": decision.application_id,
        "excluded": [
            one.application_id
            for one in before.applications
            if one.application_id != decision.application_id
        ],
        "reason": reason,
    }
    call = audit.of(Call, call_id)
    audit.record_act(session, actor, "double.decided", call, now, after=facts)
    return before


def parts(double: Double) -> Mapping[str, str]:
    """What is decided on, by part: which applications there are, and which counts."""
    there = {one.code: one.received_at.isoformat() for one in double.applications}
    return {
        "applications": encode(there).decode(),
        "kept": encode({double.kept.code: double.reason}).decode(),
    }


def _named(part: str) -> Message:
    return Message("quale conta") if part == "kept" else Message("le domande della stessa persona")
