"""A device that makes passkeys and shows them, in software: what a browser would send comes out.

Written after WebAuthn level 3 (6.1 authenticator data, 5.8.1 client data, 6.5 attestation): it
says what it is told to, so that hostile devices and browsers can be played too.
"""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

# Flags of authenticator data: user present, user verified, may be and is backed up, has a key.
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def packed(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")


@dataclass
class Device:
    """A device with one passkey; it counts from `sign_count` on, unless `counts` is off."""

    origin: str = "https://testserver.local"
    flags: int = UP | UV
    sign_count: int = 0
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    rp_id: str = ""
    user_handle: bytes = b""

    def make(self, options: str, **instead: Any) -> str:
        """Make the passkey that a page asks for; `instead` overrides what is true."""
        asked = json.loads(options)
        self.rp_id = asked["rp"]["id"]
        self.user_handle = unpacked(asked["user"]["id"])
        data = self._data(instead, AT) + self._attested()
        attested = {"fmt": "none", "attStmt": {}, "authData": data}
        client = self._client("webauthn.create", asked["challenge"], instead)
        response = {
            "clientDataJSON": packed(client),
            "attestationObject": packed(cbor2.dumps(attested)),
            "transports": ["internal", "hybrid"],
        }
        return self._answer(response, instead)

    def show(self, options: str, **instead: Any) -> str:
        """Show the passkey that a page asks for; `instead` overrides what is true."""
        asked = json.loads(options)
        if self.counts:
            self.sign_count += 1
        data = self._data(instead)
        client = self._client("webauthn.get", asked["challenge"], instead)
        key = instead.get("key", self.key)
        signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": packed(client),
            "authenticatorData": packed(data),
            "signature": packed(signature),
            "userHandle": packed(instead.get("user_handle", self.user_handle)),
        }
        return self._answer(response, instead)

    def _answer(self, response: dict[str, Any], instead: dict[str, Any]) -> str:
        id_ = packed(instead.get("credential_id", self.credential_id))
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": response})

    def _data(self, instead: dict[str, Any], more: int = 0) -> bytes:
        rp = hashlib.sha256(instead.get("rp_id", self.rp_id).encode()).digest()
        flags = instead.get("flags", self.flags) | more
        count = instead.get("sign_count", self.sign_count)
        return rp + bytes([flags]) + int(count).to_bytes(4, "big")

    def _attested(self) -> bytes:
        point = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        size = len(self.credential_id).to_bytes(2, "big")
        return bytes(16) + size + self.credential_id + cbor2.dumps(cose)

    def _client(self, type_: str, challenge: str, instead: dict[str, Any]) -> bytes:
        said = {
            "type": instead.get("type", type_),
            "challenge": instead.get("challenge", challenge),
            "origin": instead.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()
