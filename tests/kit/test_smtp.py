"""What a mail server says of a letter: for good, or for now."""

import smtplib

import pytest

from kit import smtp


def refused(code, why):
    return smtplib.SMTPRecipientsRefused({"anna@esempio.it": (code, why)})


@pytest.mark.parametrize(
    ("problem", "for_good"),
    [
        (refused(550, b"5.1.1 no such user"), True),
        (refused(551, b"user moved"), True),
        (refused(450, b"4.2.0 greylisted"), False),
        (refused(554, b"5.7.1 relay access denied"), False),
        (refused(550, "5.7.26 this mail is unauthenticated"), False),
        (refused(530, b"authenticate first"), False),
        (smtplib.SMTPDataError(552, b"5.3.4 message too big"), True),
        (smtplib.SMTPDataError(554, b"transaction failed"), True),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPSenderRefused(552, b"too big", "us"), True),
        (smtplib.SMTPSenderRefused(550, b"who are you", "us"), False),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), False),
        (ConnectionRefusedError(), False),
        (TimeoutError(), False),
    ],
)
def test_what_is_refused_for_good_is_told_from_what_may_be_mended(problem, for_good):
    assert smtp.is_refused_for_good(problem) is for_good
