"""Made documents: asked for in a transaction, made by the worker, kept by hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import files, jobs
from kit.db import Base, Id


class Document(Base):
    """A document of a subject: what it is, how far it is, where its bytes lie."""

    __tablename__ = "document"

    id: Mapped[Id]
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(server_default="queued")
    progress: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    filename: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state in ('queued', 'making', 'ready', 'failed')", name="state"),
        CheckConstraint("progress between 0 and 100", name="progress"),
        CheckConstraint("(state = 'ready') = (sha256 is not null)", name="ready"),
        Index(None, "subject_kind", "subject_id"),
    )


def request(
    session: Session,
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    filename: str,
    media_type: str,
    task: str,
    now: datetime,
    **args: Any,
) -> Document:
    """Ask for a document in the caller's transaction; the task gets `document_id` and args."""
    document = Document(
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        filename=filename,
        media_type=media_type,
        created_at=now,
    )
    session.add(document)
    session.flush()
    jobs.enqueue(session, task, document_id=document.id, **args)
    return document


def progress(session: Session, document_id: int, percent: int) -> None:
    """Say how far a document is (0 to 100)."""
    session.execute(
        update(Document)
        .where(Document.id == document_id, Document.state.in_(("queued", "making")))
        .values(state="making", progress=percent)
    )


def finish(session: Session, document_id: int, content: bytes, now: datetime) -> None:
    """Keep the bytes of a document that has been made."""
    session.execute(
        update(Document)
        .where(Document.id == document_id)
        .values(
            state="ready",
            progress=100,
            sha256=files.put(content),
            size=len(content),
            error=None,
            ready_at=now,
        )
    )


def fail(session: Session, document_id: int, sentence: str) -> None:
    """Note in words that a document could not be made."""
    session.execute(
        update(Document)
        .where(Document.id == document_id, Document.state != "ready")
        .values(state="failed", error=sentence)
    )


def of(session: Session, subject_kind: str, subject_id: int) -> list[Document]:
    """The documents of a subject, oldest first."""
    return list(
        session.scalars(
            select(Document)
            .where(Document.subject_kind == subject_kind, Document.subject_id == subject_id)
            .order_by(Document.id)
        )
    )
