"""Sealing what rides where others could read or change it, under keys of the one secret.

AES-256-GCM; each label has a key of its own, derived from FARELEGAMI_SECRET by HKDF-SHA256
(RFC 5869). A sealed value names its key, so that the secret can be renewed: what was sealed
before opens as long as the old one stands in FARELEGAMI_SECRET_BEFORE.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.settings import Secret, settings

_NONCE = 12
_KEY_ID = 4


class NotOurs(Exception):
    """What should be opened was not sealed here, or not for this, or was changed since."""


def seal(label: str, plain: bytes, about: bytes = b"") -> str:
    """Seal bytes for the one use named by `label`; the text may stand in a form or an address.

    `about` binds the value to its place (whose form, which row) without being inside it.
    """
    key = _key(settings().secret_key, label)
    nonce = os.urandom(_NONCE)
    sealed = _id(key) + nonce + AESGCM(key).encrypt(nonce, plain, about)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(label: str, sealed: str, about: bytes = b"") -> bytes:
    """Open what `seal` made with the same label and `about`. Raises NotOurs."""
    try:
        packed = base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", validate=True)
    except ValueError:
        raise NotOurs from None
    for secret in (settings().secret_key, settings().secret_key_before):
        key = _key(secret, label) if secret else b""
        if key and packed[:_KEY_ID] == _id(key):
            return _open(key, packed[_KEY_ID:], about)
    raise NotOurs


def mark(label: str, plain: bytes) -> str:
    """Mark bytes for the use named by `label` (HMAC-SHA256, 64 hex digits): only we can."""
    return _mark(settings().secret_key, label, plain)


def is_mark(label: str, plain: bytes, given: str) -> bool:
    """Tell whether `given` is the mark of these bytes, made under the secret or the one before."""
    found = False
    for secret in (settings().secret_key, settings().secret_key_before):
        if secret:
            found |= hmac.compare_digest(_mark(secret, label, plain).encode(), given.encode())
    return found


def _mark(secret: Secret, label: str, plain: bytes) -> str:
    return hmac.new(_key(secret, label), plain, hashlib.sha256).hexdigest()


def _open(key: bytes, packed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(packed[:_NONCE], packed[_NONCE:], about)
    except (InvalidTag, ValueError):  # ValueError: too short to be anything
        raise NotOurs from None


def _key(secret: Secret, label: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"farelegami:{label}".encode())
    return derive.derive(secret.reveal().encode())


def _id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_KEY_ID]
