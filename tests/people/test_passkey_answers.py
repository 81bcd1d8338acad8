"""What browsers answer about passkeys: taken from the right device at the right place, only."""

import json
import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Refused
from kit.settings import settings
from people import passkey_answers
from people.tables.factors import Passkey
from people.tables.persons import Person
from tests.authenticator import BE, BS, UP, UV, Device, packed, unpacked

CHALLENGE, HANDLE = b"c" * 32, b"h" * 32
ANNA = Person(name="Anna Ferrari", email="anna@esempio.it")

HOSTILE = [
    {"rp_id": "evil.example"},
    {"origin": "https://evil.example"},
    {"origin": "http://testserver.local"},
    {"origin": "https://testserver.local:8443"},
    {"origin": "https://testserver.local.evil.example"},
    {"challenge": packed(b"x" * 32)},
    {"type": "payment.get"},
    {"flags": UV},
    {"flags": UP | UV | BS},
]
"""What a browser or a device may say that is not so; each alone is enough to be refused."""


def making() -> str:
    return passkey_answers.to_make(ANNA, CHALLENGE, HANDLE, [])


def made_by(device: Device) -> passkey_answers.Made:
    return passkey_answers.made(device.make(making()), CHALLENGE)


def test_a_browser_is_asked_for_a_key_that_says_nothing_of_its_maker_and_checks_its_owner():
    known = [Passkey(credential_id=b"known", transports=["internal"])]
    asked = json.loads(passkey_answers.to_make(ANNA, CHALLENGE, HANDLE, known))
    assert asked["rp"] == {"name": "FareLegami", "id": "testserver.local"}
    assert unpacked(asked["challenge"]) == CHALLENGE and unpacked(asked["user"]["id"]) == HANDLE
    assert asked["attestation"] == "none"
    wanted = asked["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    (excluded,) = asked["excludeCredentials"]
    assert (unpacked(excluded["id"]), excluded["transports"]) == (b"known", ["internal"])
    shown = json.loads(passkey_answers.to_show(CHALLENGE))
    assert (shown["userVerification"], shown["allowCredentials"]) == ("required", [])


def test_what_a_device_made_is_read_and_what_it_signs_is_proved_by_it():
    device = Device(flags=UP | UV | BE | BS)
    made = made_by(device)
    assert (made.credential_id, made.sign_count) == (device.credential_id, 0)
    assert made.transports == ["internal", "hybrid"] and made.backed_up
    answer = device.show(passkey_answers.to_show(CHALLENGE))
    assert passkey_answers.shown(answer) == (device.credential_id, HANDLE)
    assert passkey_answers.signed(answer, CHALLENGE, made.public_key) == (1, True)


@pytest.mark.parametrize("lie", HOSTILE, ids=str)
def test_a_passkey_of_elsewhere_or_for_another_question_is_not_made(lie):
    answer = Device().make(making(), **lie)
    with pytest.raises(Refused, match="non è stata accettata"):
        passkey_answers.made(answer, CHALLENGE)


@pytest.mark.parametrize("lie", HOSTILE, ids=str)
def test_an_answer_of_elsewhere_or_to_another_question_proves_nothing(lie):
    device = Device()
    made = made_by(device)
    answer = device.show(passkey_answers.to_show(CHALLENGE), **lie)
    with pytest.raises(Refused, match="non è stata accettata"):
        passkey_answers.signed(answer, CHALLENGE, made.public_key)


def test_what_another_key_signed_proves_nothing():
    device = Device()
    made = made_by(device)
    other = ec.generate_private_key(ec.SECP256R1())
    answer = device.show(passkey_answers.to_show(CHALLENGE), key=other)
    with pytest.raises(Refused, match="non è stata accettata"):
        passkey_answers.signed(answer, CHALLENGE, made.public_key)


def test_a_device_that_did_not_check_its_owner_is_told_so_in_words():
    device = Device()
    with pytest.raises(Refused, match="non ha controllato che sei tu"):
        passkey_answers.made(device.make(making(), flags=UP), CHALLENGE)
    made = made_by(device)
    answer = device.show(passkey_answers.to_show(CHALLENGE), flags=UP)
    with pytest.raises(Refused, match="non ha controllato che sei tu"):
        passkey_answers.signed(answer, CHALLENGE, made.public_key)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "nonsense",
        '{"id": 5}',
        "[" * 10_000,
        json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {}}),
        "x" * (passkey_answers.LARGEST + 1),
    ],
    ids=lambda answer: answer[:20],
)
def test_what_is_no_answer_is_refused_in_words(answer):
    with pytest.raises(Refused):
        passkey_answers.shown(answer)
    with pytest.raises(Refused):
        passkey_answers.made(answer, CHALLENGE)
    with pytest.raises(Refused):
        passkey_answers.signed(answer, CHALLENGE, os.urandom(70))


# Made once: a signature is another each time, and not always as long.
_DEVICE = Device()
_MADE = _DEVICE.make(making())
_SIGNED = _DEVICE.show(passkey_answers.to_show(CHALLENGE))
_KEY = passkey_answers.made(_MADE, CHALLENGE).public_key


@given(data=st.data())
def test_broken_bytes_are_refused_and_nothing_else_happens(data):
    making_one = data.draw(st.booleans())
    answer = json.loads(_MADE if making_one else _SIGNED)
    parts = sorted(set(answer["response"]) - {"transports", "userHandle"})
    part = data.draw(st.sampled_from(parts))
    raw = bytearray(unpacked(answer["response"][part]))
    where = data.draw(st.integers(0, len(raw) - 1))
    raw[where] ^= data.draw(st.integers(1, 255))
    left = data.draw(st.integers(where, len(raw)))
    answer["response"][part] = packed(bytes(raw[:left]))
    try:
        if making_one:  # nothing is signed there: what is broken may be read as another key
            passkey_answers.made(json.dumps(answer), CHALLENGE)
        else:
            passkey_answers.signed(json.dumps(answer), CHALLENGE, _KEY)
            pytest.fail("a broken answer proved something")
    except Refused:
        pass


@pytest.mark.parametrize(
    ("public", "host", "offered"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("http://localhost:8000", "LOCALHOST:8000", True),
        ("http://localhost:8000", "127.0.0.1:8000", False),
        ("http://localhost:8000", "localhost:9000", False),
        ("http://localhost:8000", "", False),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("https://[::1]", "[::1]", False),
        ("https://spesa.example", "spesa.example", True),
        ("https://spesa.example:443", "spesa.example", True),
        ("https://spesa.example:8443", "spesa.example:8443", True),
        ("https://spesa.example", "www.spesa.example", False),
        ("http://spesa.example", "spesa.example", False),
    ],
)
def test_passkeys_are_offered_at_the_public_address_alone_and_only_by_a_name(
    public, host, offered, monkeypatch
):
    changed = replace(settings(), public_url=public)
    monkeypatch.setattr(passkey_answers, "settings", lambda: changed)
    assert passkey_answers.offered(host) is offered
