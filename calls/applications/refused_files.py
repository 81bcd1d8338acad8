"""Files that did not open: out of their draft, and said beside it until their author has read."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from calls.applications import drafts
from calls.applications.rules import inspections as rules
from calls.tables.applications import Attachment, FileInspection, RefusedFile
from kit import db, jobs
from kit.errors import Message
from kit.sentences import keep
from people.actors import Actor

MOST_SAID = 5
"""Of the files of one application that did not open: those its author brought last."""


class FoundFile(NamedTuple):
    """A file that was looked through, as it stands where its application is held."""

    attachment_id: int
    application_id: int
    application_state: str
    salt: bytes
    filename: str
    size: int
    sha256: str
    uploaded_at: datetime
    state: str


def take_out(session: Session, file: FoundFile, refusal: Message, now: datetime) -> None:
    """Take a file that does not open out of a held draft, and keep why."""
    session.execute(delete(Attachment).where(Attachment.id == file.attachment_id))
    row = {
        "application_id": file.application_id,
        "filename": file.filename,
        "size": file.size,
        "sha256": file.sha256,
        "refusal": keep(refusal),
        "uploaded_at": file.uploaded_at,
        "refused_at": now,
    }
    session.execute(insert(_REFUSED).values(row))
    older = (
        select(RefusedFile.id)
        .where(RefusedFile.application_id == file.application_id)
        .order_by(RefusedFile.id.desc())
        .offset(MOST_SAID)
    )
    session.execute(delete(RefusedFile).where(RefusedFile.id.in_(older)))


def put_back(session: Session, application_id: int, received_at: datetime) -> None:
    """Put back into a held draft what was found not to open after its sending had come.

    It is sent as its page had shown it, and its author is written to.
    """
    for row in session.execute(_GONE, {"application_id": application_id, "at": received_at}).all():
        kept = ("application_id", "filename", "size", "sha256", "uploaded_at")
        file = {name: getattr(row, name) for name in kept}
        made = insert(_ATTACHMENTS).values(file).returning(_ATTACHMENTS.c.id)
        id_ = session.execute(made).scalar_one()
        inspected = {
            "attachment_id": id_,
            "state": rules.REFUSED,
            "tries": 1,
            "refusal": row.refusal,
            "asked_at": row.uploaded_at,
            "ended_at": row.refused_at,
        }
        session.execute(insert(_INSPECTIONS).values(inspected))
        jobs.enqueue(session, "calls.file_notice", attachment_id=id_)


def forget(session: Session, actor: Actor, application_id: int, refused_id: int) -> None:
    """Say no more that a file did not open: its author has read it.

    Raises NotFound for everybody else's application.
    """
    drafts.own(session, actor, application_id)
    session.execute(
        delete(RefusedFile).where(
            RefusedFile.application_id == application_id, RefusedFile.id == refused_id
        )
    )


def forget_up_to(session: Session, application_id: int, refused_id: int) -> None:
    """Say no more of the files that a page has shown as not opening, the last included."""
    session.execute(
        delete(RefusedFile).where(
            RefusedFile.application_id == application_id, RefusedFile.id <= refused_id
        )
    )


_REFUSED = db.Base.metadata.tables[RefusedFile.__tablename__]
_ATTACHMENTS = db.Base.metadata.tables[Attachment.__tablename__]
_INSPECTIONS = db.Base.metadata.tables[FileInspection.__tablename__]
_GONE = (
    delete(RefusedFile)
    .where(
        RefusedFile.application_id == bindparam("application_id"),
        RefusedFile.refused_at > bindparam("at"),
    )
    .returning(*_REFUSED.c)
)
