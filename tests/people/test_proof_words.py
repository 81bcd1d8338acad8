"""What was proved, in the words of receipts."""

import pytest

from kit.words.text import render
from people import proof_words, proofs


@pytest.mark.parametrize(
    ("means", "said"),
    [
        (proofs.BY_PASSWORD.means, "password"),
        (proofs.BY_PASSWORD_AND_CODE.means, "password e codice dell'app"),
        (("password", "recovery-code"), "password e codice di recupero"),
        (("passkey",), "passkey"),
        (("provider:cie",), "identità digitale (cie)"),
    ],
)
def test_means_are_named_in_a_row(means, said):
    assert render(proof_words.in_words(means)) == said


def test_every_means_has_a_name():
    named = {getattr(proofs, name) for name in ("PASSWORD", "LINK", "CODE", "PASSKEY")}
    assert all(render(proof_words.in_words([each])) for each in (*named, proofs.RECOVERY_CODE))
