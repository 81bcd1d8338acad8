"""Sending an application: one small request, one receipt, on the database's clock."""

from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.drafts import Draft
from calls.applications.rules import completeness, sent_content
from calls.tables.applications import Application, LateAttempt, ProtocolCounter, Submission
from calls.texts import published
from calls.texts.published import Published
from calls.texts.rules.deadline import in_time
from kit import audit
from kit.canonical import encode, sha256
from kit.clock import to_rome
from kit.db import lock_shared
from kit.errors import NotFound, Refused
from kit.paper import documents
from people.actors import Actor

RECEIPT_DOCUMENT = "calls.receipt"

# A send waits longer than other requests for a lock: who was in time must not be turned
# away because the office was writing at the same moment.
_WAIT = text(
    "select set_config('lock_timeout', '15s', true), set_config('statement_timeout', '20s', true)"
)


def submit(
    session: Session, actor: Actor, application_id: int, received_at: datetime
) -> Submission:
    """Send the actor's own application; sending it again gives the same receipt.

    `received_at` is the database's clock, read when the request was whole and before any
    lock is waited for: it alone decides whether the sending is in time (DR-1). Raises
    Refused when it is late (remembered, the draft stays) or when something is missing,
    NotFound for everybody else's application.
    """
    session.execute(_WAIT)
    call_id = _call_of(session, actor, application_id)
    lock_shared(session, "call", call_id)
    application = drafts.lock(session, actor, application_id)
    if application.state == "submitted":
        return of_application(session, application_id)
    call = published.of_call(session, call_id)
    _check_in_time(actor, application_id, call, received_at)
    draft = drafts.own(session, actor, application_id)
    lacks = completeness.missing(call.content, draft.values)
    if lacks:
        raise Refused(
            "Manca ancora qualcosa, in tutto {count}. La prima: {first}",
            count=len(lacks),
            first=lacks[0].message,
        )
    submission = _seal(session, actor, draft, call, received_at)
    _queue_receipt(session, submission, received_at)
    return submission


def of_application(session: Session, application_id: int) -> Submission:
    """The submission of an application; NotFound while it is a draft."""
    found = session.scalars(
        select(Submission).where(Submission.application_id == application_id)
    ).first()
    if found is None:
        raise NotFound
    return found


class Numbered(Protocol):
    """Anything that carries year and number of the protocol."""

    @property
    def protocol_year(self) -> int:
        """The civil year of Rome."""

    @property
    def protocol_number(self) -> int:
        """The number within the year, from 1."""


def protocol(submission: Numbered | Submission) -> str:
    """The protocol number as it is printed: 2026/0000042."""
    return f"{submission.protocol_year}/{submission.protocol_number:07d}"


def _call_of(session: Session, actor: Actor, application_id: int) -> int:
    call_id = session.scalar(
        select(Application.call_id).where(
            Application.id == application_id, Application.person_id == actor.person_id
        )
    )
    if call_id is None:
        raise NotFound
    return call_id


def _check_in_time(
    actor: Actor, application_id: int, call: Published, received_at: datetime
) -> None:
    if in_time(received_at, call.deadline_at):
        return
    refused = Refused(
        "Il termine era {deadline}. La domanda è arrivata alle {received} e non può essere "
        "accettata. La tua bozza è rimasta com'era.",
        deadline=f"{to_rome(call.deadline_at):%d/%m/%Y, %H:%M:%S}",
        received=f"{to_rome(received_at):%H:%M:%S del %d/%m/%Y}",
    )
    refused.remember = partial(
        _remember_late,
        attempt={
            "application_id": application_id,
            "person_id": actor.person_id,
            "received_at": received_at,
            "deadline_at": call.deadline_at,
        },
    )
    raise refused


def _remember_late(session: Session, attempt: dict[str, Any]) -> None:
    session.execute(insert(LateAttempt).values(attempt))
    audit.record(
        session,
        attempt["person_id"],
        "came_late",
        audit.of(Application, attempt["application_id"]),
        attempt["received_at"],
        after={"deadline_at": attempt["deadline_at"].isoformat()},
    )


def _seal(
    session: Session, actor: Actor, draft: Draft, call: Published, received_at: datetime
) -> Submission:
    """Write the canonical content under the next protocol number; the draft ends here."""
    content = encode(
        sent_content.build(
            sent_content.AnsweredCall(call.call_id, call.number, call.sha256, call.content),
            draft.application.id,
            {"id": actor.person_id, "name": actor.name, "email": actor.email},
            draft.values,
            [
                sent_content.SentFile(file.filename, file.size, file.sha256)
                for file in draft.attachments
            ],
        )
    )
    year = to_rome(received_at).year
    submission = Submission(
        application_id=draft.application.id,
        call_version_id=call.version_id,
        protocol_year=year,
        protocol_number=_next_number(session, year),
        content=content,
        sha256=sha256(content),
        received_at=received_at,
    )
    session.add(submission)
    session.execute(
        update(Application)
        .where(Application.id == draft.application.id)
        .values(state="submitted", submitted_at=received_at)
    )
    session.flush()
    facts = {"protocol": protocol(submission), "sha256": submission.sha256}
    audit.record(
        session,
        actor,
        "submitted",
        audit.of(Application, draft.application.id),
        received_at,
        after=facts,
    )
    return submission


def _next_number(session: Session, year: int) -> int:
    """Count one up; the row stays held until the commit, so a rollback leaves no gap."""
    statement = insert(ProtocolCounter).values(year=year, last_number=1)
    return session.execute(
        statement.on_conflict_do_update(
            index_elements=["year"], set_={"last_number": ProtocolCounter.last_number + 1}
        ).returning(ProtocolCounter.last_number)
    ).scalar_one()


def _queue_receipt(session: Session, submission: Submission, now: datetime) -> None:
    documents.request(
        session,
        kind=RECEIPT_DOCUMENT,
        subject_kind="submission",
        subject_id=submission.id,
        filename=f"ricevuta-{submission.protocol_year}-{submission.protocol_number:07d}.pdf",
        media_type="application/pdf",
        task="calls.receipt",
        now=now,
        submission_id=submission.id,
    )
