"""Letters: written in the transaction of the change, sent by the worker."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    SmallInteger,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import clock, files, jobs
from kit.db import Base, Id
from kit.errors import Refused
from kit.paper.documents import Document
from kit.settings import settings

TIMEOUT_S = 30
# How long a sender may hold a letter before another one takes it for lost.
CLAIM = timedelta(minutes=5)
LOST_AFTER = timedelta(hours=1)

# How a letter gets to its reader; by nothing where there is no address to write to.
BY_MAIL, BY_NOTHING = "mail", "none"

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class NotYet(Exception):
    """The letter cannot go now; the worker tries it again later."""


class Mail(Base):
    """One letter of the outbox; `key` makes it unique however often it is asked for.

    `to` is the address by channel "mail", the reader's name by channel "none", where nobody
    can be written to. `kind` is one of `kit.letters.kinds`.
    """

    __tablename__ = "mail"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    # The defaults are for the web of the release before, which may still run during an upgrade.
    kind: Mapped[str] = mapped_column(server_default="kit.letter")
    channel: Mapped[str] = mapped_column(server_default="mail")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    attachments: Mapped[list[Any]]
    private: Mapped[bool] = mapped_column(server_default=false())
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    claimed_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("channel in ('mail', 'none')", name="channel"),
        Index("ix_mail_unreached", "key", postgresql_where=sql("channel = 'none'")),
    )


def is_address(to: str) -> bool:
    """Whether this is one address that can be written to, and nothing more."""
    return _ADDRESS.fullmatch(to) is not None


def queue(
    session: Session,
    *,
    kind: str,
    channel: str = BY_MAIL,
    person_id: int | None = None,
    to: str,
    subject: str,
    text: str,
    key: str,
    attachments: Sequence[int] = (),
    private: bool = False,
) -> None:
    """Write a letter into the outbox and queue its sending; the same key sends once.

    For `kit.letters` only, which composes it. `attachments` are ids of documents, which may
    still be in the making. The text of a `private` letter (one that carries a way in) is
    forgotten once it is sent, except in a demo, where nothing is sent anywhere. Raises Refused
    for what is no single address and for a subject with line breaks or other control
    characters (header injection).
    """
    if (channel == BY_MAIL and not is_address(to)) or _CONTROL.search(subject):
        raise Refused("L'indirizzo o l'oggetto della lettera non è valido.")
    row = {
        "key": key,
        "kind": kind,
        "channel": channel,
        "person_id": person_id,
        "to": to,
        "subject": subject,
        "text": text,
        "attachments": list(attachments),
        "private": private,
        "message_id": make_msgid(domain=urlsplit(settings().public_url).hostname),
    }
    made = session.execute(
        insert(Mail).values(row).on_conflict_do_nothing().returning(Mail.id)
    ).scalar()
    if made is not None and channel == BY_MAIL:
        jobs.enqueue(session, "kit.send_mail", mail_id=made)


@jobs.periodic("kit.requeue_lost_mail", cron="17 * * * *")
def requeue_lost(session: Session, now: datetime) -> int:
    """Queue again what is unsent after an hour (a mail server that was down all night)."""
    lost = session.scalars(
        select(Mail.id).where(
            Mail.sent_at.is_(None),
            Mail.channel == BY_MAIL,
            func.coalesce(Mail.claimed_at, Mail.created_at) < now - LOST_AFTER,
            Mail.created_at > now - timedelta(days=7),
        )
    ).all()
    jobs.enqueue_many(session, "kit.send_mail", [{"mail_id": mail_id} for mail_id in lost])
    return len(lost)


@jobs.effect("kit.send_mail", queue="mail")
def send(transaction: Callable[[], AbstractContextManager[Session]], mail_id: int) -> None:
    """Send one letter; sent already is not sent again, a dead server is tried later.

    The sender claims the letter first, so that two runs of this job cannot both send it.
    Only a crash between the server's "accepted" and our mark can send it twice, and then
    under the same Message-ID, by which mail programs show it once. Raises NotYet while
    another run holds the letter or a document is not ready, and whatever the server said.
    """
    with transaction() as session:
        mail = _claim(session, mail_id)
        if mail is None:
            return
        message = _message(session, mail)
    try:
        _deliver(message, mail_id)
    except OSError as problem:  # smtplib's and ssl's own errors are OSErrors too
        with transaction() as session:
            _set(session, mail_id, claimed_at=None, error=f"{type(problem).__name__}: {problem}")
        raise
    with transaction() as session:
        _set(session, mail_id, sent_at=clock.now(session), error=None)
        if not settings().demo:
            forget = update(Mail).where(Mail.id == mail_id, Mail.private)
            session.execute(forget.values(text=""))


def _claim(session: Session, mail_id: int) -> Mail | None:
    """Take the letter for this run; None when it has been sent."""
    now = clock.now(session)
    mail = session.scalar(
        update(Mail)
        .where(
            Mail.id == mail_id,
            Mail.sent_at.is_(None),
            or_(Mail.claimed_at.is_(None), Mail.claimed_at < now - CLAIM),
        )
        .values(claimed_at=now, tries=Mail.tries + 1)
        .returning(Mail)
        .execution_options(populate_existing=True)
    )
    if mail is None and session.scalar(select(Mail.sent_at).where(Mail.id == mail_id)) is None:
        raise NotYet(f"letter {mail_id} is being sent by another run")
    return mail


def _set(session: Session, mail_id: int, **values: Any) -> None:
    session.execute(update(Mail).where(Mail.id == mail_id).values(values))


def _message(session: Session, mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = settings().mail_from, mail.to, mail.subject
    message["Date"] = format_datetime(clock.to_rome(mail.created_at))
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    for document_id in mail.attachments:
        document = session.get_one(Document, document_id, populate_existing=True)
        if document.sha256 is None:
            raise NotYet(f"document {document_id} of letter {mail.id} is not ready")
        kind, _, subtype = document.media_type.partition(";")[0].partition("/")
        message.add_attachment(
            files.get(document.sha256),
            maintype=kind,
            subtype=subtype,
            filename=document.filename,
        )
    return message


def _deliver(message: EmailMessage, mail_id: int) -> None:
    if settings().mail_to_files:
        _write(message, mail_id)
        return
    server = _greet(urlsplit(settings().mail_url.reveal()))
    try:
        server.send_message(message)
        # The letter is theirs now: how they take their leave makes it no less sent.
        with contextlib.suppress(OSError):
            server.quit()
    finally:
        server.close()


def _greet(url: SplitResult) -> smtplib.SMTP:
    """Open a connection to the mail server and sign in; raises OSError.

    A password never travels in the clear; without one TLS is used where it is offered. The
    certificate is checked either way.
    """
    context = ssl.create_default_context()
    encrypted = url.scheme == "smtps"
    where = url.hostname or "", url.port or (465 if encrypted else 25)
    us = urlsplit(settings().public_url).hostname
    if encrypted:
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, us, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(*where, us, timeout=TIMEOUT_S)
    try:
        server.ehlo()
        if not encrypted and (url.username or server.has_extn("starttls")):
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except OSError:
        server.close()
        raise
    return server


def _write(message: EmailMessage, mail_id: int) -> None:
    folder: Path = settings().data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    files.write_whole(folder / f"{mail_id:08d}.eml", bytes(message))
