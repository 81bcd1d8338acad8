"""Doubles of a call, shown to its office from the opening on, and what it decides of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, cast, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from calls.commission import access, chain_acts, trials
from calls.commission.rules import proponents
from calls.envelopes.rules import doubles, likeness
from calls.envelopes.rules.doubles import Decision, Double, Sent
from calls.envelopes.rules.likeness import Proponent
from calls.tables.applications import Application, Submission
from calls.tables.envelopes import DoubleDecision, OpenedApplication
from calls.tables.texts import Call
from kit import audit, db, shown
from kit.canonical import encode
from kit.errors import Message
from people.actors import Actor
from people.tables.persons import Person

_CALL = bindparam("call_id", type_=BigInteger)


def of_call(session: Session, call_id: int) -> list[Double]:
    """Who sent more than one application, and which counts (two statements, one for none)."""
    sent = db.rows(session, Sent, _SENT, {"call_id": call_id})
    if not sent:
        return []
    decisions = db.rows(session, Decision, _DECISIONS, {"call_id": call_id})
    return doubles.doubles(sent, decisions)


class SentBy(NamedTuple):
    """Who stands behind an application: firm and proponent as sent, and the account."""

    firm: str
    proponent: str
    account: str
    email: str


def sent_by(session: Session, ids: Sequence[int]) -> dict[int, SentBy]:
    """Say who stands behind each of some applications (one statement, none for none)."""
    if not ids:
        return {}
    rows = session.execute(_SENT_BY, {"ids": ids})
    return {row[0]: SentBy(row[1], proponents.named(row[2]), row[3], row[4]) for row in rows}


def alike(session: Session, call_id: int) -> list[Sequence[Proponent]]:
    """Find what may be of one person though the codes differ (one statement)."""
    return likeness.alike(db.rows(session, Proponent, _PROPONENTS, {"call_id": call_id}))


_FIELDS = cast(func.convert_from(Submission.content, "UTF8"), JSONB)["fields"]
_PROPONENTS = (
    select(
        OpenedApplication.application_id,
        OpenedApplication.code,
        OpenedApplication.tax_code,
        func.concat_ws(" ", _FIELDS["first_name"].astext, _FIELDS["last_name"].astext).label(
            "name"
        ),
        func.coalesce(_FIELDS["birth_day"].astext, "").label("born"),
    )
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .where(OpenedApplication.call_id == _CALL)
)
_SENT_BY = (
    select(
        OpenedApplication.application_id,
        OpenedApplication.firm,
        Submission.content,
        Person.name,
        Person.email,
    )
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .join(Application, Application.id == OpenedApplication.application_id)
    .join(Person, Person.id == Application.person_id)
    .where(OpenedApplication.application_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)
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
        Application.person_id,
    )
    .join(Submission, Submission.application_id == OpenedApplication.application_id)
    .join(Application, Application.id == OpenedApplication.application_id)
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
    """Say which of the applications of one tax code counts; give the double as it was.

    `seen` is what the page had shown (`parts`, packed), None where there was none. Raises Refused
    where nothing is to decide, without a reason, once the ranking is published, and for what was
    settled when it was tried, however that trial ended; Changed where it is no longer as shown.
    """
    access.require_office(actor, call_id)
    db.lock_exclusive(session, "call", call_id)
    tried = trials.check_may_change(session, call_id).tried
    reason = decision.reason.strip()
    found = of_call(session, call_id)
    before = doubles.check_may_decide(found, decision.application_id, reason, tried=tried)
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
        "before": None if before.waits else before.kept.application_id,
    }
    call = audit.of(Call, call_id)
    audit.record_act(session, actor, chain_acts.DECIDED, call, now, after=facts)
    return before


def parts(double: Double) -> Mapping[str, str]:
    """What is decided on, by part: which applications there are, and which counts."""
    there = {one.code: one.received_at.isoformat() for one in double.applications}
    kept = {} if double.waits else {double.kept.code: double.reason}
    return {"applications": encode(there).decode(), "kept": encode(kept).decode()}


def _named(part: str) -> Message:
    return (
        Message("quale conta")
        if part == "kept"
        else Message("le domande con lo stesso codice fiscale")
    )
