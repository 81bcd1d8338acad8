"""What somebody proved, in words: for receipts and acts (docs/decisions/0027)."""

from collections.abc import Sequence

from kit.errors import Message
from kit.sentences import listing
from people import proofs

PROVIDER = "provider:"
_NAMES = {
    proofs.PASSWORD: Message("password"),
    proofs.CODE: Message("codice dell'app"),
    proofs.RECOVERY_CODE: Message("codice di recupero"),
    proofs.PASSKEY: Message("passkey"),
    proofs.LINK: Message("collegamento per lettera"),
}


def in_words(means: Sequence[str]) -> Message:
    """Name the means by which somebody came in, in a row: "password e codice dell'app"."""
    return listing([_named(each) for each in means])


def _named(means: str) -> Message:
    if means.startswith(PROVIDER):
        return Message("identità digitale ({key})", key=means.removeprefix(PROVIDER))
    return _NAMES[means]
