"""Letters: written in the transaction of the change, sent by the worker."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    SmallInteger,
    case,
    delete,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import clock, files, jobs, smtp
from kit.db import Base, Id
from kit.errors import Message, Refused
from kit.log import logger
from kit.paper.documents import Document
from kit.settings import settings

# How long a sender may hold a letter before another one takes it for lost.
CLAIM = timedelta(minutes=5)
LOST_AFTER = timedelta(hours=1)
TRIED_FOR = timedelta(days=7)
FORGOTTEN = timedelta(days=730)
"""How long a letter stays here after it was written."""

# How a letter gets to its reader; by nothing where there is no address to write to.
BY_MAIL, BY_NOTHING = "mail", "none"

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class NotYet(Exception):
    """The letter cannot go now; the worker tries it again later."""


class Mail(Base):
    """One letter of the outbox; `key` makes it unique however often it is asked for.

    `to` is the address by channel "mail", the reader's name by channel "none", where nobody
    can be written to. `kind` is one of `kit.letters.kinds`. One that was given up goes on by
    channel "none" under `reader`, so that a page says who has to be told; `given_up_on` is the
    address that did not take it.
    """

    __tablename__ = "mail"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    # The defaults are for the web of the release before, which may still run during an upgrade.
    kind: Mapped[str] = mapped_column(server_default="kit.letter")
    channel: Mapped[str] = mapped_column(server_default="mail")
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    to: Mapped[str]
    reader: Mapped[str | None]
    given_up_on: Mapped[str | None]
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
    reader: str = "",
    subject: str,
    text: str,
    key: str,
    attachments: Sequence[int] = (),
    private: bool = False,
) -> None:
    """Write a letter into the outbox and queue its sending; the same key sends once.

    For `kit.letters` only, which composes it. `reader` is whom it is for, by name. `attachments`
    are ids of documents, which may still be in the making. The text of a `private` letter (one
    that carries a way in) is forgotten once it is sent or given up, except in a demo, where
    nothing is sent anywhere. Raises Refused for what is no single address and for a subject with
    line breaks or other control characters (header injection).
    """
    if (channel == BY_MAIL and not is_address(to)) or _CONTROL.search(subject):
        raise Refused("L'indirizzo o l'oggetto della lettera non è valido.")
    row = {
        "key": key,
        "kind": kind,
        "channel": channel,
        "person_id": person_id,
        "to": to,
        "reader": reader or None,
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


@jobs.periodic(
    "kit.requeue_lost_mail",
    cron="17 * * * *",
    named=Message("Far ripartire le lettere che non sono partite"),
)
def requeue_lost(session: Session, now: datetime) -> int:
    """Queue again what is unsent after an hour (a mail server that was down all night).

    What no server took for `TRIED_FOR` is given up.
    """
    for mail_id in session.scalars(
        select(Mail.id).where(
            Mail.sent_at.is_(None), Mail.channel == BY_MAIL, Mail.created_at <= now - TRIED_FOR
        )
    ).all():
        give_up(session, mail_id)
    lost = session.scalars(
        select(Mail.id).where(
            Mail.sent_at.is_(None),
            Mail.channel == BY_MAIL,
            func.coalesce(Mail.claimed_at, Mail.created_at) < now - LOST_AFTER,
            Mail.created_at > now - TRIED_FOR,
        )
    ).all()
    jobs.enqueue_many(session, "kit.send_mail", [{"mail_id": mail_id} for mail_id in lost])
    return len(lost)


def ended(session: Session, now: datetime, mail_id: int) -> bool:
    """Give up a letter whose job used up its tries, and give whether it was given up.

    One that only waits for a mail server goes on: `requeue_lost` tries it for `TRIED_FOR`. Without
    a word of a server the fault is in the letter (a lost attachment, a worker that dies of it).
    """
    mail = session.get(Mail, mail_id, with_for_update=True, populate_existing=True)
    if mail is None or mail.sent_at is not None or mail.channel != BY_MAIL or mail.error:
        return False
    give_up(session, mail_id)
    return True


def give_up(session: Session, mail_id: int) -> None:
    """Send a letter no more: it reaches nobody, and stands where somebody is told by voice."""
    session.execute(
        update(Mail)
        .where(Mail.id == mail_id, Mail.sent_at.is_(None), Mail.channel == BY_MAIL)
        .values(
            channel=BY_NOTHING,
            to=func.coalesce(Mail.reader, Mail.to),
            given_up_on=Mail.to,
            claimed_at=None,
            text=Mail.text if settings().demo else case((Mail.private, ""), else_=Mail.text),
        )
    )
    logger.error("mail_given_up", mail=mail_id)


@jobs.periodic(
    "kit.forget_mail", cron="47 3 * * *", named=Message("Dimenticare le lettere di due anni fa")
)
def forget_old(session: Session, now: datetime) -> None:
    """Forget letters that were written long ago (a timer's work)."""
    session.execute(delete(Mail).where(Mail.created_at < now - FORGOTTEN))


def violations(session: Session) -> list[str]:
    """Say how many letters no mail server has taken for a day."""
    waiting = select(func.count(), func.min(Mail.created_at)).where(
        Mail.sent_at.is_(None),
        Mail.channel == BY_MAIL,
        Mail.created_at < clock.now(session) - timedelta(days=1),
    )
    count, since = session.execute(waiting).one()
    return [f"letters that no mail server has taken for a day: {count}, since {since}"][:count]


@jobs.effect("kit.send_mail", queue="mail", named=Message("Una lettera"), ended=ended)
def send(transaction: Callable[[], AbstractContextManager[Session]], mail_id: int) -> None:
    """Send one letter; sent already is not sent again, a dead server is tried later.

    The sender claims the letter first, so that two runs of this job cannot both send it.
    Only a crash between the server's "accepted" and our mark can send it twice, and then
    under the same Message-ID, by which mail programs show it once. What the server refuses for
    good is given up. Raises NotYet while another run holds the letter or a document is not ready,
    and whatever else the server said.
    """
    with transaction() as session:
        mail = _claim(session, mail_id)
        if mail is None:
            return
        message = _message(session, mail)
    try:
        smtp.deliver(message, mail_id)
    except OSError as problem:  # smtplib's and ssl's own errors are OSErrors too
        with transaction() as session:
            _set(session, mail_id, claimed_at=None, error=f"{type(problem).__name__}: {problem}")
            if smtp.is_refused_for_good(problem):
                give_up(session, mail_id)
                return
        raise
    with transaction() as session:
        _set(session, mail_id, sent_at=clock.now(session), error=None)
        if not settings().demo:
            forget = update(Mail).where(Mail.id == mail_id, Mail.private)
            session.execute(forget.values(text=""))


def _claim(session: Session, mail_id: int) -> Mail | None:
    """Take the letter for this run; None when it has been sent, or was given up."""
    now = clock.now(session)
    mail = session.scalar(
        update(Mail)
        .where(
            Mail.id == mail_id,
            Mail.sent_at.is_(None),
            Mail.channel == BY_MAIL,
            or_(Mail.claimed_at.is_(None), Mail.claimed_at < now - CLAIM),
        )
        .values(claimed_at=now, tries=Mail.tries + 1, error=None)
        .returning(Mail)
        .execution_options(populate_existing=True)
    )
    unsent = Mail.id == mail_id, Mail.sent_at.is_(None), Mail.channel == BY_MAIL
    if mail is None and session.scalar(select(Mail.id).where(*unsent)) is not None:
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
