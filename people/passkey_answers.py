"""Passkeys as browsers speak of them (WebAuthn): what they are asked, and what an answer proves.

The protocol is the package webauthn's. A passkey is made for the host of the public address and
answers at that address alone; its device checks its owner (finger, face, PIN), or it is not taken.
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    options_to_json,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kit.errors import Message, Refused
from kit.settings import settings
from people.passkey_challenges import GOOD_FOR
from people.tables.factors import Passkey
from people.tables.persons import Person

# The longest that is an answer: a few kilobytes with the certificates some devices add.
LARGEST = 40_000
_TIMEOUT_MS = int(GOOD_FOR.total_seconds() * 1000)
_PORTS = {"https": 443, "http": 80}
_NAME = "FareLegami"

NOT_TAKEN = Message(
    "La passkey non è stata accettata: la risposta del dispositivo non è quella che serve qui. "
    "Premi di nuovo; se non va, usa un altro modo."
)
NOT_CHECKED = Message(
    "Il tuo dispositivo non ha controllato che sei tu. Accendi il blocco dello schermo (impronta, "
    "viso o PIN) e premi di nuovo."
)

Answer = TypeVar("Answer")


class Shown(NamedTuple):
    """Which passkey an answer says it is of, and whose; nothing of it is proved yet."""

    credential_id: bytes
    user_handle: bytes


class Made(NamedTuple):
    """A passkey that a device has made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    backed_up: bool


class Signed(NamedTuple):
    """What an answer has proved: the passkey was there, and its device has checked its owner."""

    sign_count: int
    backed_up: bool


def offered(host: str) -> bool:
    """Whether passkeys work where a page was asked for (its Host): at the public address alone.

    And only if that has a name, and is reached by https or on this machine: browsers make none
    for a number, and none where somebody could listen.
    """
    public = urlsplit(settings().public_url)
    name = public.hostname or ""
    private = public.scheme == "https" or name == "localhost"
    return private and not _is_number(name) and f"{public.scheme}://{host.lower()}" == origin()


def origin() -> str:
    """The public address as browsers name it in their answers: without the port that is usual."""
    public = urlsplit(settings().public_url)
    usual = public.port in (None, _PORTS.get(public.scheme))
    return f"{public.scheme}://{public.hostname}" + ("" if usual else f":{public.port}")


def to_make(person: Person, challenge: bytes, handle: bytes, known: Iterable[Passkey]) -> str:
    """Ask a browser to make a passkey, in JSON; a device that has one of the known makes none."""
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(),
        rp_name=_NAME,
        user_id=handle,
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_named(known),
    )
    return options_to_json(options)


def to_show(challenge: bytes, known: Iterable[Passkey] = ()) -> str:
    """Ask a browser to show a passkey, in JSON: one of the known, or any it has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(),
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=_named(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def made(answer: str, challenge: bytes) -> Made:
    """Check the answer to `to_make`. Raises Refused."""
    verified = _read(
        answer,
        lambda: webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=origin(),
            require_user_verification=False,  # asked below, in words of its own
        ),
    )
    if not verified.user_verified:
        raise Refused(NOT_CHECKED)
    said = parse_registration_credential_json(answer).response.transports or []
    return Made(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        [each.value for each in said],
        verified.credential_backed_up,
    )


def shown(answer: str) -> Shown:
    """Read of which passkey an answer to `to_show` is. Raises Refused."""
    found = _read(answer, lambda: parse_authentication_credential_json(answer))
    return Shown(found.raw_id, found.response.user_handle or b"")


def signed(answer: str, challenge: bytes, public_key: bytes) -> Signed:
    """Check the answer to `to_show` by the passkey's public key. Raises Refused.

    Whether its count goes on from the one before asks whoever keeps that (`people.passkeys`).
    """
    verified = _read(
        answer,
        lambda: webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=origin(),
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=False,  # asked below, in words of its own
        ),
    )
    if not verified.user_verified:
        raise Refused(NOT_CHECKED)
    return Signed(verified.new_sign_count, verified.credential_backed_up)


def _read(answer: str, read: Callable[[], Answer]) -> Answer:
    if len(answer) > LARGEST:
        raise Refused(NOT_TAKEN)
    try:
        return read()
    except Exception as error:
        raise Refused(NOT_TAKEN) from error


def _rp_id() -> str:
    return urlsplit(settings().public_url).hostname or ""


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _named(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(each) for each in passkey.transports],
        )
        for passkey in known
    ]
