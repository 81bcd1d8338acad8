"""Attachments: PDF files of a draft, checked and hashed when they arrive (DR-2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.contents import ApplicationDraft, AttachedFile
from calls.tables.applications import Application, Attachment
from kit import audit, files
from kit.errors import NotFound, Refused
from kit.http.forms import Upload
from kit.paper import inspection
from people.actors import Actor

LARGEST_MB = inspection.MAX_BYTES // 2**20
MOST = 5


def check(upload: Upload | None) -> Upload:
    """Refuse what cannot be an attachment, outside any transaction: it may take seconds.

    The bytes decide, never the name: `kit.paper.inspection` walks the file in a child process with
    limits and refuses active content. Raises Refused at the field `file`.
    """
    if upload is None or not upload.filename:
        raise Refused("Scegli un file PDF da allegare.", field="file")
    if not upload.content:
        raise Refused("Il file è vuoto: scegline un altro.", field="file")
    inspection.check_pdf(upload.content, field="file")
    return upload


def add(
    session: Session, actor: Actor, application_id: int, upload: Upload, received_at: datetime
) -> AttachedFile:
    """Keep a checked file in the actor's own draft.

    Raises Refused for a file that is there already (whatever its name), when there are five,
    once the application is sent, and where it came after the deadline.
    """
    draft = drafts.locked(session, actor, application_id, received_at)
    digest = files.digest_of(upload.content)
    for known in draft.attachments:
        if known.sha256 == digest:
            raise Refused(
                "Questo file c'è già, con il nome «{name}»: non è stato aggiunto un'altra volta.",
                field="file",
                name=known.filename,
            )
    if len(draft.attachments) >= MOST:
        raise Refused("Gli allegati sono già {most}: togline uno prima.", field="file", most=MOST)
    row = Attachment(
        application_id=application_id,
        filename=_shown_name(upload.filename),
        size=len(upload.content),
        sha256=files.put(upload.content),
        uploaded_at=received_at,
    )
    session.add(row)
    session.flush()
    attachment = AttachedFile(row.id, row.filename, row.size, row.sha256)
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


def _shown_name(filename: str) -> str:
    """The name people read, always with the ending of what the file is."""
    stem = filename[:-4] if filename.lower().endswith(".pdf") else filename
    return f"{stem.strip()[:120] or 'allegato'}.pdf"


def _facts(draft: ApplicationDraft, attachment: AttachedFile) -> dict[str, Any]:
    """Size and salted hash: what the audit may know of a file in a draft."""
    salted = drafts.fingerprints(draft.application.salt, {"file": attachment.sha256})
    return {**salted, "size": attachment.size}
