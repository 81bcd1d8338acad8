"""Sending an application: one small request, one receipt, on the database's clock."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from calls.applications import contents, refused_files
from calls.applications.contents import ApplicationDraft
from calls.applications.rules import (
    application_parts,
    completeness,
    lifecycle,
    receipts,
    sent_content,
)
from calls.commission import evaluators
from calls.commission.rules.conflicts import check_may_apply
from calls.tables.applications import Application, LateAttempt, ProtocolCounter, Submission
from calls.texts.rules.lifecycle import in_time
from kit import audit, db, shown
from kit.canonical import encode, sha256
from kit.clock import to_rome
from kit.errors import Message, NotFound, Refused
from kit.paper import documents
from kit.paper.documents import Document
from kit.shown import Changed
from people.actors import Actor

RECEIPT_DOCUMENT = "calls.receipt"

# A send waits longer than other requests for a lock: who was in time must not be turned
# away because the office was writing at the same moment.
_WAIT = text(
    "select set_config('lock_timeout', '15s', true), set_config('statement_timeout', '20s', true)"
)


class SentOtherwise(Changed):
    """It was sent before, and not as this page had shown it; what was sent stands."""


def submit(
    session: Session,
    actor: Actor,
    application_id: int,
    received_at: datetime,
    *,
    seen: str | None = None,
) -> Submission:
    """Send the actor's own application; sending it again gives the same receipt.

    `received_at` is the database's clock, read when the request was whole and before any
    lock is waited for: it alone decides whether the sending is in time (DR-1). `seen` is what
    the page had shown (`ApplicationDraft.parts`, packed), None where there was none. Who is on
    the call's commission gives up that place by sending. Raises Refused when it is late
    (remembered, the draft stays), for who is in the call's office by now, or when something is
    missing; Changed where it is no longer as shown (SentOtherwise where it was sent so), NotFound
    for everybody else's application.
    """
    session.execute(_WAIT)
    _hold(session, actor, application_id)
    draft = contents.read(session, contents.IN_FORCE, actor, application_id)
    if draft.submission is not None:
        _check_is_what_was_sent(draft, seen)
        return draft.submission
    _check_in_time(actor, draft, received_at)
    # Nobody is shut out by a seat that was given before the opening: sending gives it up.
    leaves = draft.judges and draft.call.opened is None
    check_may_apply(judges=draft.judges and not leaves, in_office=draft.in_office)
    if seen and draft.not_kept and shown.differences(seen, draft.parts):
        # What was found while this sending waited for its turn does not turn it away.
        refused_files.put_back(session, application_id, received_at)
        draft = contents.read(session, contents.IN_FORCE, actor, application_id)
    if seen is not None:
        shown.check(seen, draft.parts, _named(draft))
    completeness.check(draft.missing)
    if leaves:
        evaluators.renounce_by_applying(session, actor, draft.call.call_id)
    submission = _seal(session, actor, draft, received_at)
    facts = {"protocol": protocol(submission), "sha256": submission.sha256}
    audit.record(session, actor, "submitted", draft.application, received_at, after=facts)
    _queue_receipt(session, submission, received_at)
    return submission


def _named(draft: ApplicationDraft) -> Callable[[str], Message]:
    return partial(application_parts.named, draft.call.content)


def _check_is_what_was_sent(draft: ApplicationDraft, seen: str | None) -> None:
    """Raise SentOtherwise where a page that comes a second time had shown something else."""
    differ = shown.differences(seen, draft.parts) if seen else []
    if differ:
        message = Message(
            "La domanda era già inviata, e non com'era in questa pagina. Cambia qualcosa: {what}. "
            "Vale quella inviata.",
            what=shown.words(differ, _named(draft)),
        )
        raise SentOtherwise(differ, message)


def _hold(session: Session, actor: Actor, application_id: int) -> None:
    """Hold the call together with other senders, then the application alone (one statement)."""
    values = {"application_id": application_id, "me": actor.person_id}
    if session.scalar(_HELD, values) is None:
        raise NotFound


# The row is looked for by what the first part gives, which is there once the call is held.
_CALL_HELD = (
    select(Application.id, db.shared_lock("call", Application.call_id).label("held"))
    .where(Application.id == bindparam("application_id"), Application.person_id == bindparam("me"))
    .cte("call_held")
    .prefix_with("MATERIALIZED")
)
_HELD = (
    select(Application.id)
    .where(Application.id == select(_CALL_HELD.c.id).scalar_subquery())
    .with_for_update(key_share=True)
)


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


def fingerprint(submission: Submission) -> str:
    """The fingerprint of its receipt, which the ranking names again."""
    requested = json.loads(submission.content)["plan"]["requested"]
    of = (protocol(submission), submission.received_at, requested, submission.sha256)
    return receipts.fingerprint(*of)


def _check_in_time(actor: Actor, draft: ApplicationDraft, received_at: datetime) -> None:
    call = draft.call
    if in_time(received_at, call.deadline_at):
        return
    refused = Refused(
        "Il termine era {deadline}. La domanda è arrivata {received}, dopo il termine, e non può "
        "essere accettata. La tua bozza è rimasta com'era.",
        deadline=call.deadline_at,
        received=received_at.replace(microsecond=0),  # to the second, which decided
    )
    refused.remember = partial(
        remember_late,
        attempt={
            "application_id": draft.application.id,
            "person_id": actor.person_id,
            "received_at": received_at,
            "deadline_at": call.deadline_at,
        },
    )
    raise refused


def remember_late(session: Session, attempt: dict[str, Any]) -> None:
    """Keep a sending that came after the deadline and was refused."""
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
    session: Session, actor: Actor, draft: ApplicationDraft, received_at: datetime
) -> Submission:
    """Write the canonical content under the next protocol number; the draft ends here.

    One statement. The counter's row stays held until the commit: a rollback leaves no gap.
    """
    call = draft.call
    content = encode(
        sent_content.build(
            sent_content.AnsweredCall(call.call_id, call.number, call.sha256, call.content),
            draft.application.id,
            {"id": actor.person_id, "name": actor.name, "email": actor.email},
            draft.values,
            draft.files,
        )
    )
    return session.scalars(
        _SEAL,
        {
            "of_application": draft.application.id,
            "of_version": call.version_id,
            "in_year": to_rome(received_at).year,
            "sealed": content,
            "digest": sha256(content),
            "at": received_at,
            "by_level": actor.proved.level,
            "by_means": list(actor.proved.means),
        },
    ).one()


_COUNTERS = db.Base.metadata.tables[ProtocolCounter.__tablename__]
_SUBMISSIONS = db.Base.metadata.tables[Submission.__tablename__]
_APPLICATIONS = db.Base.metadata.tables[Application.__tablename__]
_NUMBER = (
    insert(_COUNTERS)
    .values(year=bindparam("in_year"), last_number=1)
    .on_conflict_do_update(
        index_elements=["year"], set_={"last_number": _COUNTERS.c.last_number + 1}
    )
    .returning(_COUNTERS.c.last_number)
    .cte("number")
)
_SEALED = {
    "application_id": "of_application",
    "call_version_id": "of_version",
    "protocol_year": "in_year",
    "content": "sealed",
    "sha256": "digest",
    "received_at": "at",
    "level": "by_level",
    "means": "by_means",
}
_MADE = (
    insert(_SUBMISSIONS)
    .from_select(
        [*_SEALED, "protocol_number"],
        select(
            *(bindparam(name, type_=_SUBMISSIONS.c[of].type) for of, name in _SEALED.items()),
            _NUMBER.c.last_number,
        ),
    )
    .returning(*_SUBMISSIONS.c)
    .cte("made")
)
_CLOSED = (
    update(_APPLICATIONS)
    .where(_APPLICATIONS.c.id == bindparam("of_application"))
    .values(state=lifecycle.SUBMITTED, submitted_at=bindparam("at"))
    .cte("closed")
)
_SEAL = select(aliased(Submission, _MADE)).add_cte(_CLOSED)


def receipt(session: Session, submission: Submission) -> Document | None:
    """The printed receipt of a submission, in whatever state it is."""
    return documents.newest(session, RECEIPT_DOCUMENT, "submission", submission.id)


def print_again(session: Session, actor: Actor, application_id: int) -> None:
    """Have the applicant's own receipt printed once more. Raises Refused unless that failed."""
    draft = contents.read(session, contents.AS_BEGUN, actor, application_id)
    document = receipt(session, draft.submission) if draft.submission is not None else None
    if document is None:
        raise NotFound
    documents.retry(session, document)


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
