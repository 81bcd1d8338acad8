"""Made documents: asked for in a transaction, made by the worker, kept by hash.

A job that makes one hands its two halves to `make`: reading in a transaction, drawing
outside of it. The row shows how far it is; what goes wrong is stored in words.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import audit, clock, files, jobs
from kit.db import Base, Id
from kit.errors import Message, PersonError, Refused
from kit.log import logger
from kit.sandbox import LimitReached

TOO_LARGE = Message(
    "Il documento è troppo grande da preparare in una volta. Chiedilo in parti più piccole."
)
BROKEN = Message(
    "Non siamo riusciti a preparare il documento. Riproviamo da soli tra poco:"
    " se tra un'ora non c'è ancora, chiedilo di nuovo."
)
GIVEN_UP = Message("Non siamo riusciti a preparare il documento. Chiedilo di nuovo.")
AGAIN = Message("Ci riproviamo: tra poco il documento c'è.")

_GIVE_UP = text(
    "update document set state = 'failed', error = :error"
    " where state in ('queued', 'making') and not exists (select 1 from procrastinate_jobs j"
    " where j.status in ('todo', 'doing') and j.task_name = document.task"
    " and j.args ->> 'document_id' = document.id::text) returning id"
)

Transaction = Callable[[], AbstractContextManager[Session]]
T = TypeVar("T")


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
    sha256: Mapped[str | None] = mapped_column(info=files.NAMED)
    size: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    task: Mapped[str]
    args: Mapped[dict[str, Any]]
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
        task=task,
        args=args,
        created_at=now,
    )
    session.add(document)
    session.flush()
    jobs.enqueue(session, task, document_id=document.id, **args)
    return document


def hand_out(session: Session, actor: audit.Acting, document: Document, now: datetime) -> Document:
    """Give a document to somebody, and record who took it out of the house, and when."""
    facts = {"kind": document.kind, "subject": [document.subject_kind, document.subject_id]}
    audit.record(session, actor, "handed_out", document, now, after=facts)
    return document


def make(
    transaction: Transaction,
    document_id: int,
    read: Callable[[Session], T],
    draw: Callable[[T], bytes],
    then: Callable[[Session, Document], None] | None = None,
) -> None:
    """Be the body of an effect job: read in a transaction, draw outside, keep in another.

    Made already is not made again. A refusal of a rule and a limit reached are stored in
    words and end the job; anything else is stored in words and raised, so that the worker
    tries again. `then` runs in the transaction that makes the document ready, for what
    must follow it exactly once (a letter with it attached).
    """
    try:
        with transaction() as session:
            if _is_ready(session, document_id):
                return
            material = read(session)
        _note(transaction, document_id, 30)
        content = draw(material)
    except PersonError as refusal:
        _fail(transaction, document_id, refusal.message)
        return
    except LimitReached as limit:
        logger.warning("document_too_large", document=document_id, limit=str(limit))
        _fail(transaction, document_id, TOO_LARGE)
        return
    except Exception:  # stored in words for whoever waits, then raised for the worker
        _fail(transaction, document_id, BROKEN)
        raise
    with transaction() as session:
        if _is_ready(session, document_id):
            return
        finish(session, document_id, content, clock.now(session))
        if then is not None:
            then(session, session.get_one(Document, document_id, populate_existing=True))


def ended(session: Session, now: datetime, document_id: int, **_args: Any) -> bool:
    """Say of a document that its job used up its tries; give whether it is missing."""
    given_up = update(Document).where(Document.id == document_id, Document.state != "ready")
    missing = session.execute(given_up.values(state="failed", error=str(GIVEN_UP)))
    return bool(missing.rowcount)  # type: ignore[attr-defined]


@jobs.periodic(
    "kit.give_up_documents",
    cron="*/10 * * * *",
    named=Message("Dire quali documenti nessuno fa più"),
)
def give_up(session: Session, now: datetime) -> None:
    """Say of documents that nobody is making any more that they failed.

    Their job is gone without a word: a backup was restored, or somebody emptied the queue.
    """
    lost = session.scalars(_GIVE_UP, {"error": str(GIVEN_UP)}).all()
    if lost:
        logger.warning("documents_given_up", documents=lost)


def retry(session: Session, document: Document) -> None:
    """Make a document that failed once more. Raises Refused unless it has failed."""
    again = session.execute(
        update(Document)
        .where(Document.id == document.id, Document.state == "failed")
        .values(state="queued", progress=0, error=None)
    )
    if again.rowcount == 0:  # type: ignore[attr-defined]
        raise Refused("Il documento è già pronto o in preparazione.")
    jobs.enqueue(session, document.task, document_id=document.id, **document.args)


def progress(session: Session, document_id: int, percent: int) -> None:
    """Say how far a document is (0 to 100)."""
    session.execute(
        update(Document)
        .where(Document.id == document_id, Document.state != "ready")
        .values(state="making", progress=percent, error=None)
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


def fail(session: Session, document_id: int, sentence: str | Message) -> None:
    """Note in words (Italian; pages translate) that a document could not be made."""
    session.execute(
        update(Document)
        .where(Document.id == document_id, Document.state != "ready")
        .values(state="failed", error=str(sentence))
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


def newest(session: Session, kind: str, subject_kind: str, subject_id: int) -> Document | None:
    """The document of a kind that was last asked for of a subject; None before that."""
    return session.scalars(
        select(Document)
        .where(
            Document.kind == kind,
            Document.subject_kind == subject_kind,
            Document.subject_id == subject_id,
        )
        .order_by(Document.id.desc())
        .limit(1)
    ).first()


def _is_ready(session: Session, document_id: int) -> bool:
    """Whether it is made, read under its lock: a job may run twice at the same time."""
    state = session.scalar(
        select(Document.state).where(Document.id == document_id).with_for_update()
    )
    return state is None or state == "ready"


def _note(transaction: Transaction, document_id: int, percent: int) -> None:
    with transaction() as session:
        progress(session, document_id, percent)


def _fail(transaction: Transaction, document_id: int, sentence: Message) -> None:
    with transaction() as session:
        fail(session, document_id, sentence)
