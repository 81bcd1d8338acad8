"""Letters: queued with the change, sent once, to a real SMTP server."""

import email
import email.policy
import smtplib
import socket
import ssl
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select, text, update

from kit import jobs, mail, smtp
from kit.errors import Refused
from kit.mail import Mail
from kit.paper import documents
from kit.settings import Secret, settings
from tests import jobs as queued_jobs


class Sink:
    """Keeps what arrives; answers the next letters with `answers` instead of accepting."""

    def __init__(self):
        self.letters, self.answers, self.encrypted = [], [], []
        self.leave, self.port = "221 Bye", 0

    async def handle_QUIT(self, _server, _session, _envelope):
        return self.leave

    async def handle_DATA(self, server, _session, envelope):
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        if self.answers:
            return self.answers.pop(0)
        self.letters.append(envelope)
        return "250 accepted"

    def read(self, index=0):
        return email.message_from_bytes(self.letters[index].content, policy=email.policy.default)


@pytest.fixture
def use_settings(monkeypatch):
    def use(**changes):
        changed = replace(settings(), **changes)
        for module in (mail, smtp):
            monkeypatch.setattr(module, "settings", lambda: changed)

    return use


@pytest.fixture
def sink(use_settings):
    found = Sink()
    controller = Controller(found, hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    found.port = controller.port
    use_settings(mail_url=Secret(f"smtp://127.0.0.1:{controller.port}"))
    yield found
    controller.stop()


class Certified(Controller):
    """Tried out by a first connection that says nothing, instead of one that speaks no TLS."""

    def _trigger_server(self):
        socket.create_connection((self.hostname, self.port)).close()


@pytest.fixture
def certificate(tmp_path):
    """A certificate of our own for localhost, which nobody else vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, form, plain)
    )
    return path


@pytest.fixture(params=["smtp", "smtps"])
def certified(request, certificate, use_settings):
    """A sink that speaks TLS (after STARTTLS, or from the first byte) and wants a password."""
    found = Sink()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    from_the_first_byte = request.param == "smtps"
    tls: dict[str, Any] = {"ssl_context" if from_the_first_byte else "tls_context": context}
    controller = Certified(
        found,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=lambda *_: AuthResult(success=True),
        auth_required=True,
        auth_require_tls=not from_the_first_byte,
        **tls,
    )
    controller.start()
    address = f"{request.param}://anna:segreto@localhost:{controller.port}"
    use_settings(mail_url=Secret(address))
    yield found
    controller.stop()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def rolled_back_on_error(session):
    """The job's own transaction, inside the test's: a failure leaves no trace of it."""
    with session.begin_nested():
        yield session


def run(session, mail_id):
    mail.send(lambda: rolled_back_on_error(session), mail_id=mail_id)


def letter(session, **changes):
    given = {
        "kind": "kit.letter",
        "to": "giulia@example.org",
        "subject": "È pronta la tua cassa",
        "text": "Ciao Giulia,\nla cassa è la numero 7.\n",
        "key": "test:1",
    }
    mail.queue(session, **given | changes)
    return session.scalars(select(Mail).order_by(Mail.id.desc())).first()


def test_a_letter_reaches_the_server_with_date_id_and_words(session, sink):
    letter(session)
    assert queued_jobs.run_all(session) == ["kit.send_mail"]
    read = sink.read()
    assert sink.letters[0].rcpt_tos == ["giulia@example.org"]
    assert read["Subject"] == "È pronta la tua cassa"
    assert read.get_content().splitlines() == ["Ciao Giulia,", "la cassa è la numero 7."]
    assert read["Date"].datetime.utcoffset() is not None
    assert read["Message-ID"].startswith("<")
    assert read["Auto-Submitted"] == "auto-generated"
    assert session.scalar(select(Mail.sent_at)) is not None


def test_the_same_key_sends_once_and_the_job_may_run_twice(session, sink):
    row = letter(session)
    letter(session, subject="Un'altra volta")
    queued_jobs.run_all(session)
    run(session, row.id)
    assert len(sink.letters) == 1


def test_a_letter_held_by_another_run_is_left_to_it_until_it_is_lost(session, sink):
    row = letter(session)
    held = update(Mail).where(Mail.id == row.id)
    session.execute(held.values(claimed_at=func.clock_timestamp()))
    with pytest.raises(mail.NotYet):
        run(session, row.id)
    assert sink.letters == []
    session.execute(held.values(claimed_at=func.clock_timestamp() - timedelta(minutes=6)))
    run(session, row.id)
    assert len(sink.letters) == 1


def test_a_server_that_is_down_leaves_the_letter_for_later(session, use_settings):
    use_settings(mail_url=Secret(f"smtp://127.0.0.1:{_free_port()}"))
    row = letter(session)
    with pytest.raises(ConnectionRefusedError):
        run(session, row.id)
    session.refresh(row)
    assert (row.sent_at, row.claimed_at, row.tries) == (None, None, 1)
    assert "ConnectionRefusedError" in row.error


def test_a_letter_refused_for_now_goes_at_the_next_try(session, sink):
    row = letter(session)
    sink.answers.append("451 try again later")
    with pytest.raises(smtplib.SMTPDataError, match="try again later"):
        run(session, row.id)
    run(session, row.id)
    session.refresh(row)
    assert len(sink.letters) == 1
    assert (row.error, row.tries) == (None, 2)


def test_an_address_refused_for_good_is_given_up_and_told_by_voice(session, sink):
    row = letter(session, reader="Giulia Ferrari", private=True)
    sink.answers.append("550 5.1.1 no such user")
    assert queued_jobs.run_all(session) == ["kit.send_mail"], "and nothing is raised"
    session.refresh(row)
    assert (row.channel, row.to) == ("none", "Giulia Ferrari")
    assert row.given_up_on == "giulia@example.org" and "550" in row.error
    run(session, row.id)
    assert sink.letters == [] and queued_jobs.queued(session) == []


def test_what_no_server_took_for_a_week_is_given_up(session, sink, now):
    row = letter(session)
    session.execute(text("delete from procrastinate_jobs"))
    for days, queued, channel in ((6, 1, "mail"), (8, 0, "none")):
        aged = update(Mail).where(Mail.id == row.id)
        session.execute(aged.values(created_at=now - timedelta(days=days)))
        assert len(mail.violations(session)) == 1
        assert mail.requeue_lost(session, now) == queued
        session.refresh(row)
        assert row.channel == channel
    assert row.to == "giulia@example.org", "of an older release: no name was kept"
    assert mail.violations(session) == []


def test_a_letter_whose_job_died_waits_for_its_server_and_for_nothing_else(session, now):
    waits, broken, sent = (letter(session, key=f"test:{n}") for n in range(3))
    session.execute(update(Mail).where(Mail.id == waits.id).values(error="SMTPDataError: 451"))
    session.execute(update(Mail).where(Mail.id == sent.id).values(sent_at=now))
    ended = [mail.ended(session, now, mail_id=row.id) for row in (waits, broken, sent)]
    assert ended == [False, True, False]
    for row in (waits, broken, sent):
        session.refresh(row)
    assert [row.channel for row in (waits, broken, sent)] == ["mail", "none", "mail"]
    assert mail.ended(session, now, mail_id=10**12) is False


def test_how_a_server_takes_its_leave_sends_no_letter_twice(session, sink):
    row = letter(session)
    sink.leave = "421 too busy to say goodbye"
    run(session, row.id)
    run(session, row.id)
    session.refresh(row)
    assert len(sink.letters) == 1
    assert row.sent_at is not None


def test_a_password_is_never_sent_in_the_clear(session, sink, use_settings):
    use_settings(mail_url=Secret(f"smtp://anna:segreto@127.0.0.1:{sink.port}"))
    row = letter(session)
    with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
        run(session, row.id)
    assert sink.letters == []


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(session, certified):
    row = letter(session)
    with pytest.raises(ssl.SSLCertVerificationError):
        run(session, row.id)
    assert certified.letters == []


def test_a_letter_travels_encrypted_to_a_server_we_trust(
    session, certified, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    run(session, letter(session).id)
    assert len(certified.letters) == 1
    assert certified.encrypted == [True]


def test_a_letter_unsent_for_an_hour_is_queued_again(session, now, sink):
    row = letter(session)
    session.execute(text("update procrastinate_jobs set status = 'failed'"))
    assert mail.requeue_lost(session, now) == 0
    assert mail.requeue_lost(session, now + timedelta(hours=2)) == 1
    queued_jobs.run_all(session)
    assert len(sink.letters) == 1
    assert mail.requeue_lost(session, now + timedelta(hours=9)) == 0
    assert row.id


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "a@example.org\r\nBcc: b@example.org"},
        {"to": "a@example.org\nb@example.org"},
        {"to": "a@example.org, b@example.org"},
        {"to": "Giulia <a@example.org>"},
        {"to": "giulia"},
        {"to": "a@exämple.org"},
        {"subject": "Ciao\r\nBcc: b@example.org"},
        {"subject": "Ciao\u2028Bcc: b@example.org"},
        {"subject": "Ciao\0"},
    ],
)
def test_no_header_can_be_smuggled_into_a_letter(session, changes):
    with pytest.raises(Refused):
        letter(session, **changes)
    assert session.scalar(select(func.count(Mail.id))) == 0


def test_a_letter_waits_for_its_document_and_carries_it(session, now, sink):
    document = documents.request(
        session,
        kind="order_sheet",
        subject_kind="group_order",
        subject_id=7,
        filename="Ordine di dicembre – però.pdf",
        media_type="application/pdf",
        task="kit.send_mail",
        now=now,
    )
    row = letter(session, attachments=[document.id])
    with pytest.raises(mail.NotYet, match="not ready"):
        run(session, row.id)
    documents.finish(session, document.id, b"%PDF-1.7 x", now)
    run(session, row.id)
    (part,) = sink.read().iter_attachments()
    assert part.get_filename() == "Ordine di dicembre – però.pdf"
    assert (part.get_content_type(), part.get_content()) == ("application/pdf", b"%PDF-1.7 x")


def test_without_a_server_the_letter_is_a_file(session, use_settings, tmp_path):
    use_settings(mail_url=Secret("file"), data_dir=tmp_path)
    row = letter(session)
    run(session, row.id)
    (path,) = (tmp_path / "mail").iterdir()
    read = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert path.name == f"{row.id:08d}.eml"
    assert read["To"] == "giulia@example.org"
    assert "cassa è la numero 7" in read.get_content()


def test_a_rollback_leaves_no_letter_and_no_job(session):
    nested = session.begin_nested()
    letter(session)
    nested.rollback()
    assert queued_jobs.queued(session) == []
    assert "kit.send_mail" in jobs.tasks
