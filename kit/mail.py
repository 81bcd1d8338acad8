"""Letters: written in the transaction of the change, sent by the worker."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import clock, documents, files, jobs
from kit.db import Base, Id
from kit.errors import Refused
from kit.settings import settings


class Mail(Base):
    """One letter of the outbox; `key` makes it unique however often it is asked for."""

    __tablename__ = "mail"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    attachments: Mapped[list[Any]]
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None]


def queue(
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    key: str,
    attachments: Sequence[int] = (),
) -> None:
    """Write a letter into the outbox and queue its sending; the same key sends once.

    `attachments` are ids of documents. Raises Refused for an address or a subject with
    line breaks (header injection).
    """
    if re.search(r"[\r\n]", to + subject):
        raise Refused("L'indirizzo o l'oggetto della lettera non è valido.")
    row = {
        "key": key,
        "to": to,
        "subject": subject,
        "text": text,
        "attachments": list(attachments),
        "message_id": make_msgid(domain="farelegami.invalid"),
    }
    made = session.execute(
        insert(Mail).values(row).on_conflict_do_nothing().returning(Mail.id)
    ).scalar()
    if made is not None:
        jobs.enqueue(session, "kit.send_mail", mail_id=made)


@jobs.effect("kit.send_mail")
def send(transaction: Callable[[], AbstractContextManager[Session]], mail_id: int) -> None:
    """Send one letter; sent already is not sent again, a dead server is tried later."""
    with transaction() as session:
        mail = session.get_one(Mail, mail_id)
        if mail.sent_at is not None:
            return
        message = _message(session, mail)
    _deliver(message, mail)
    with transaction() as session:
        session.execute(update(Mail).where(Mail.id == mail_id).values(sent_at=clock.now(session)))


def _message(session: Session, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings().mail_from, mail.to, mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message.set_content(mail.text)
    for document in session.scalars(
        select(documents.Document).where(documents.Document.id.in_(mail.attachments))
    ):
        kind, _, subtype = document.media_type.partition(";")[0].partition("/")
        message.add_attachment(
            files.get(document.sha256 or ""),
            maintype=kind,
            subtype=subtype,
            filename=document.filename,
        )
    return message


def _deliver(message: EmailMessage, mail: Mail) -> None:
    import asyncio
    from urllib.parse import urlsplit

    import aiosmtplib

    if settings().mail_to_files:
        folder = settings().data_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{mail.id:08d}.eml").write_bytes(bytes(message))
        return
    url = urlsplit(settings().mail_url.reveal())
    asyncio.run(
        aiosmtplib.send(
            message,
            hostname=url.hostname,
            port=url.port,
            username=url.username,
            password=url.password,
            timeout=30,
        )
    )
