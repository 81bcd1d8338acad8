"""Files looked through by a job, each to an end: it opens, it is refused in words, or given up.

A file that does not open is taken out of a draft; what was sent stays as it was sent, and its
author is written to (docs/decisions/0021).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Interval, bindparam, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from calls.applications import contents, drafts, refused_files
from calls.applications.contents import AttachedFile
from calls.applications.refused_files import FoundFile
from calls.applications.rules import inspections as rules
from calls.applications.rules import lifecycle
from calls.tables.applications import Application, Attachment, FileInspection
from calls.tables.envelopes import OpenedApplication
from kit import audit, clock, db, dead_jobs, files, jobs
from kit.db import Transaction
from kit.errors import Message, Refused
from kit.log import logger
from kit.paper import inspection
from kit.sentences import keep
from people.actors import Actor

OVERDUE = timedelta(hours=1)
"""Longer than the worker is away for an upgrade, and than all tries of a file take together."""


def ask(session: Session, actor: Actor, attachment_id: int, now: datetime) -> None:
    """Have a file looked through, in turn with the files of everybody else."""
    row = {"attachment_id": attachment_id, "state": rules.WAITING, "tries": 0, "asked_at": now}
    session.execute(insert(_INSPECTIONS).values(row))
    whose = actor.person_id
    jobs.enqueue_in_turn(session, "calls.inspection", whose, attachment_id=attachment_id)


def look_through(transaction: Transaction, attachment_id: int) -> None:
    """Be the body of the job: read in a transaction, look through outside, write in another.

    What was looked through already, or was taken out, is left alone. Whatever fails without
    saying anything about the file is raised, so that the worker tries again; each beginning is
    counted first, so that a file that kills its worker is given up as well.
    """
    with transaction() as session:
        digest = _begin(session, attachment_id)
    if digest is None:
        return
    content, refusal = files.get(digest), None
    try:
        inspection.look_through(content)
    except Refused as refused:
        refusal = refused.message
        # Stored anew: a sending that came before may still want it (`refused_files.put_back`).
        files.put(content)
    with transaction() as session:
        settle(session, attachment_id, refusal)


def settle(
    session: Session, attachment_id: int, refusal: Message | None, at: datetime | None = None
) -> None:
    """Keep what looking through a file came to, unless that was kept before.

    A refused file leaves its draft, and is said beside it until its author has read why. The
    application is held as by a sending: whichever is first, the other finds it done. `at` stands
    for the clock where another time is played.
    """
    values = {"attachment_id": attachment_id}
    session.execute(_WAIT)
    if session.scalar(_HELD, values) is None:
        return
    found = db.row(session, FoundFile, _LOOKED, values)
    if found is None or found.state != rules.WAITING:
        return
    now = at or clock.now(session)
    if refusal is None:
        _end(session, attachment_id, rules.OPENS, now)
        return
    if lifecycle.is_sent(found.application_state):
        _end(session, attachment_id, rules.REFUSED, now, refusal=keep(refusal))
        jobs.enqueue(session, "calls.file_notice", attachment_id=attachment_id)
    else:
        refused_files.take_out(session, found, refusal, now)
    facts = {**drafts.fingerprints(found.salt, {"file": found.sha256}), "size": found.size}
    of = audit.of(Application, found.application_id)
    audit.record(session, None, "attachment.refused", of, now, after=facts)


def give_up(session: Session, now: datetime) -> None:
    """Say of files whose job ended for good without a word that nobody looked through them."""
    lost = session.scalars(_GIVE_UP, {"now": now}).all()
    if lost:
        logger.error("files_not_inspected", attachments=lost)


def ended(session: Session, now: datetime, attachment_id: int) -> bool:
    """Say of a file whose job used up its tries that nobody looked through it.

    Gives whether it had still waited. It may be sent all the same, and the office reads of it.
    """
    waits = select(FileInspection.attachment_id).where(
        FileInspection.attachment_id == attachment_id, FileInspection.state == rules.WAITING
    )
    if session.scalar(waits.with_for_update()) is None:
        return False
    _end(session, attachment_id, rules.UNKNOWN, now)
    return True


def of_application(session: Session, application_id: int) -> Sequence[AttachedFile]:
    """The files of an application, each with what is known of it."""
    values = {"application_id": application_id}
    return db.rows(session, AttachedFile, _OF_APPLICATION, values)


class UnopenedFile(NamedTuple):
    """A file of an opened application that does not open, or was not looked through."""

    code: str
    firm: str
    filename: str
    state: str
    refusal: dict[str, Any] | None

    @property
    def found(self) -> Message | None:
        """What is wrong with it, in words."""
        return rules.found(self.state, self.refusal)


def unopened(session: Session, call_id: int) -> Sequence[UnopenedFile]:
    """The files of a call's opened applications of which it is not known that they open."""
    return db.rows(session, UnopenedFile, _UNOPENED, {"call_id": call_id})


def undone(session: Session, call_id: int) -> list[Message]:
    """Say which letters about the files of a call nobody writes any more."""
    ids = (
        select(Attachment.id)
        .join(Application, Application.id == Attachment.application_id)
        .where(Application.call_id == call_id)
    )
    return dead_jobs.about(session, "attachment_id", ids)


def _begin(session: Session, attachment_id: int) -> str | None:
    """Count a try and give the file's hash; None where there is nothing (more) to look through."""
    begun = session.execute(_BEGUN, {"of_attachment": attachment_id}).one_or_none()
    if begun is None:
        return None
    if begun.tries > rules.MOST_TRIES:
        _end(session, attachment_id, rules.UNKNOWN, clock.now(session))
        logger.error("files_not_inspected", attachments=[attachment_id])
        return None
    digest: str = begun.sha256
    return digest


def _end(session: Session, attachment_id: int, state: str, now: datetime, **more: Any) -> None:
    session.execute(
        update(FileInspection)
        .where(FileInspection.attachment_id == attachment_id)
        .values(state=state, ended_at=now, **more)
    )


_INSPECTIONS = db.Base.metadata.tables[FileInspection.__tablename__]

# As long as a sending waits: seconds of work are not thrown away for a short wait.
_WAIT = text("select set_config('lock_timeout', '15s', true)")
_HELD = (
    select(Application.id)
    .join(Attachment, Attachment.application_id == Application.id)
    .where(Attachment.id == bindparam("attachment_id"))
    .with_for_update(key_share=True, of=Application)
)
_LOOKED = (
    select(
        Attachment.id.label("attachment_id"),
        Attachment.application_id,
        Application.state.label("application_state"),
        Application.salt,
        Attachment.filename,
        Attachment.size,
        Attachment.sha256,
        Attachment.uploaded_at,
        FileInspection.state,
    )
    .join(Application, Application.id == Attachment.application_id)
    .join(FileInspection, contents.INSPECTED)
    .where(Attachment.id == bindparam("attachment_id"))
)
_BEGUN = (
    update(FileInspection)
    .where(
        FileInspection.attachment_id == Attachment.id,
        Attachment.id == bindparam("of_attachment"),
        FileInspection.state == rules.WAITING,
    )
    .values(tries=FileInspection.tries + 1)
    .returning(FileInspection.tries, Attachment.sha256)
)
_GIVE_UP = text(
    "update file_inspection set state = 'unknown', ended_at = :now"
    " where state = 'waiting' and not exists (select 1 from procrastinate_jobs j"
    " where j.status in ('todo', 'doing') and j.task_name = 'calls.inspection'"
    " and j.args ->> 'attachment_id' = file_inspection.attachment_id::text)"
    " returning attachment_id"
)
_OF_APPLICATION = (
    select(*contents.FILE)
    .select_from(Attachment)
    .outerjoin(FileInspection, contents.INSPECTED)
    .where(Attachment.application_id == bindparam("application_id"))
    .order_by(Attachment.id)
)
_STATE = func.coalesce(FileInspection.state, rules.UNKNOWN)
_UNOPENED = (
    select(
        OpenedApplication.code,
        OpenedApplication.firm,
        Attachment.filename,
        _STATE.label("state"),
        FileInspection.refusal,
    )
    .select_from(OpenedApplication)
    .join(Attachment, Attachment.application_id == OpenedApplication.application_id)
    .outerjoin(FileInspection, contents.INSPECTED)
    .where(OpenedApplication.call_id == bindparam("call_id"), _STATE != rules.OPENS)
    .order_by(OpenedApplication.code, Attachment.id)
)
LATE = (
    select(Attachment.id, Attachment.application_id, FileInspection.asked_at)
    .join(FileInspection, contents.INSPECTED)
    .where(
        FileInspection.state == rules.WAITING,
        FileInspection.asked_at < func.clock_timestamp() - cast(OVERDUE, Interval),
    )
    .order_by(Attachment.id)
)
