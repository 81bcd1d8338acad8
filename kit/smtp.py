"""The mail server: letters handed over, and what it means when one is not taken."""

import contextlib
import re
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from kit import files
from kit.settings import settings

TIMEOUT_S = 30
# What the server says of us, not of this reader: who may send, and what it thinks of our network
# (RFC 3463). It may be mended.
_OF_US = re.compile(rb"\b5\.7\.\d")


def deliver(message: EmailMessage, mail_id: int) -> None:
    """Hand a letter to the mail server, or write it where the settings want it. Raises OSError."""
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


def is_refused_for_good(problem: OSError) -> bool:
    """Whether a server will say the same of this letter tomorrow (RFC 5321, 4.2.1)."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            said: list[tuple[int, bytes | str]] = list(problem.recipients.values())
        case smtplib.SMTPDataError():
            said = [(problem.smtp_code, problem.smtp_error)]
        case smtplib.SMTPSenderRefused(smtp_code=552):  # larger than it takes (RFC 1870)
            return True
        case _:
            return False
    return all(
        500 <= code < 600
        and code not in {530, 535}
        and not _OF_US.search(why if isinstance(why, bytes) else why.encode())
        for code, why in said
    )


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
