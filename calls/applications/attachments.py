"""Attachments: PDF files of a draft, hashed when they arrive and looked through by a job (DR-2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from calls.applications import drafts, inspections, refused_files
from calls.applications.contents import ApplicationDraft, AttachedFile
from calls.applications.rules import uploads
from calls.applications.rules.inspections import WAITING
from calls.tables.applications import Application, Attachment, UploadDay
from kit import audit, clock, db, files
from kit.errors import NotFound, Refused
from kit.http.forms import Upload
from kit.paper import inspection
from people.actors import Actor

LARGEST_MB = inspection.MAX_BYTES // 2**20
MOST = 5


def check(upload: Upload | None) -> Upload:
    """Refuse at once what is seen to be no attachment: nothing, too large, no PDF by its begin.

    The bytes decide, never the name. Whether it opens is looked through by a job
    (`inspections`). Raises Refused at the field `file`.
    """
    if upload is None or not upload.filename:
        raise Refused("Scegli un file PDF da allegare.", field="file")
    if not upload.content:
        raise Refused("Il file è vuoto: scegline un altro.", field="file")
    inspection.check_kind(upload.content, field="file")
    return upload


def add(
    session: Session,
    actor: Actor,
    application_id: int,
    upload: Upload,
    received_at: datetime,
    *,
    told: int = 0,
) -> AttachedFile:
    """Keep a checked file in the actor's own draft, and have it looked through.

    `told` is the last file that did not open of which the page had told: of these nothing is
    said any more. Raises Refused for a file that is there already (whatever its name) or is said
    not to open, when there are five, for more in a day than anybody needs, once the application
    is sent, and where it came after the deadline.
    """
    draft = drafts.locked(session, actor, application_id, received_at)
    digest = files.digest_of(upload.content)
    _check_is_new(draft, digest)
    if len(draft.attachments) >= MOST:
        raise Refused("Gli allegati sono già {most}: togline uno prima.", field="file", most=MOST)
    _count(session, actor, len(upload.content), received_at)
    row = Attachment(
        application_id=application_id,
        filename=_shown_name(upload.filename),
        size=len(upload.content),
        sha256=files.put(upload.content),
        uploaded_at=received_at,
    )
    session.add(row)
    session.flush()
    inspections.ask(session, actor, row.id, received_at)
    if told:
        refused_files.forget_up_to(session, application_id, told)
    attachment = AttachedFile(row.id, row.filename, row.size, row.sha256, WAITING, None, None)
    audit.record(
        session,
        actor,
        "attachment.added",
        audit.of(Application, application_id),
        received_at,
        after=_facts(draft, attachment),
    )
    return attachment


def remove(
    session: Session, actor: Actor, application_id: int, attachment_id: int, received_at: datetime
) -> AttachedFile | None:
    """Take a file out of the actor's own draft; None where it is not in it (any more).

    Raises Refused once the application is sent and for what came after the deadline, NotFound
    for everybody else's.
    """
    draft = drafts.locked(session, actor, application_id, received_at)
    attachment = next((known for known in draft.attachments if known.id == attachment_id), None)
    if attachment is None:
        return None
    session.execute(delete(Attachment).where(Attachment.id == attachment_id))
    audit.record(
        session,
        actor,
        "attachment.removed",
        audit.of(Application, application_id),
        received_at,
        before=_facts(draft, attachment),
    )
    return attachment


def own(session: Session, actor: Actor, application_id: int, attachment_id: int) -> AttachedFile:
    """One file of the actor's own application; NotFound for everybody else's."""
    for known in drafts.own(session, actor, application_id).attachments:
        if known.id == attachment_id:
            return known
    raise NotFound


def _check_is_new(draft: ApplicationDraft, digest: str) -> None:
    for known in draft.attachments:
        if known.sha256 == digest:
            raise Refused(
                "Questo file c'è già, con il nome «{name}»: non è stato aggiunto un'altra volta.",
                field="file",
                name=known.filename,
            )
    for refused in draft.not_kept:
        if refused.sha256 == digest:
            raise Refused(refused.said, field="file")


def _count(session: Session, actor: Actor, size: int, received_at: datetime) -> None:
    """Count what a person stores on this day; raises Refused beyond the day's measure.

    The person's row stays held: two uploads at once are counted one after the other.
    """
    row = {
        "person_id": actor.person_id,
        "day": clock.to_rome(received_at).date(),
        "stored": size,
    }
    day, stored = session.execute(_COUNTED, row).one()
    uploads.check_day(stored, day)


_DAYS = db.Base.metadata.tables[UploadDay.__tablename__]
_NEW = insert(_DAYS)
_COUNTED = _NEW.on_conflict_do_update(
    index_elements=["person_id"],
    set_={
        "day": func.greatest(_DAYS.c.day, _NEW.excluded.day),
        "stored": case((_DAYS.c.day >= _NEW.excluded.day, _DAYS.c.stored), else_=0)
        + _NEW.excluded.stored,
    },
).returning(_DAYS.c.day, _DAYS.c.stored)


def _shown_name(filename: str) -> str:
    """The name people read, always with the ending of what the file is."""
    stem = filename[:-4] if filename.lower().endswith(".pdf") else filename
    return f"{stem.strip()[:120] or 'allegato'}.pdf"


def _facts(draft: ApplicationDraft, attachment: AttachedFile) -> dict[str, Any]:
    """Size and salted hash: what the audit may know of a file in a draft."""
    salted = drafts.fingerprints(draft.application.salt, {"file": attachment.sha256})
    return {**salted, "size": attachment.size}
