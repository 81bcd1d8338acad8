"""Tokens and userinfo of a provider: read by its keys, or not at all.

Every lie of a hostile provider is tried on the page (`tests/people/pages/test_providers.py`).
"""

import hashlib
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwt

from tests.people.providers import hostile as hostiles
from tests.people.providers import made
from tests.people.providers.hostile import PERSON


def half(token):
    digest = hashlib.sha256(token.encode()).digest()[:16]
    return urlsafe_b64encode(digest).decode().rstrip("=")


@pytest.mark.parametrize(
    "said",
    [
        {"at_hash": half("opaque")},
        {"aud": ["farelegami"]},
        {"aud": ["farelegami", "x"], "azp": "farelegami"},
        {"azp": "farelegami"},
    ],
)
def test_what_is_said_more_and_right_is_believed(client, hostile, said):
    hostile.claims = said
    assert made.sign_in(client, hostile).status_code == 303


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 303),
        ({"iss": "http://127.0.0.1:1"}, 409),
        ({"aud": "another"}, 409),
        ({"sub": "x"}, 409),
    ],
)
def test_signed_userinfo_is_of_this_provider_for_us_about_this_person(
    client, hostile, said, status
):
    claims = {**PERSON, "iss": hostile.issuer, "aud": "farelegami", **said}
    hostile.me = jwt.encode({"alg": "RS256", "kid": "one"}, claims, hostiles.KEY)
    assert made.sign_in(client, hostile).status_code == status


def test_userinfo_signed_by_another_key_is_nobodys(client, hostile):
    claims = {**PERSON, "iss": hostile.issuer, "aud": "farelegami"}
    hostile.me = jwt.encode({"alg": "RS256", "kid": "one"}, claims, hostiles.OTHER_KEY)
    assert made.sign_in(client, hostile).status_code == 409


def test_without_a_userinfo_endpoint_the_id_token_is_enough(client, hostile):
    hostile.document, hostile.claims = {"userinfo_endpoint": None}, {"given_name": "Mario"}
    assert made.sign_in(client, hostile).status_code == 303
    assert "/me" not in hostile.asked


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic"], None, 7])
def test_the_client_proves_itself_as_the_provider_wants_it(client, hostile, methods):
    hostile.document = {"token_endpoint_auth_methods_supported": methods}
    assert made.sign_in(client, hostile).status_code == 303
