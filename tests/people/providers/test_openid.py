"""What is asked of a provider, and what is made of its refusals."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from people.providers import openid
from people.providers.journeys import FRESH, Journey
from people.providers.openid import NotBelieved, TooLow, TurnedBack
from tests.people.providers import made
from tests.people.providers.hostile import L1, L2


def begun(provider, now, **values):
    return Journey(
        provider=provider.key, issuer=provider.issuer, began_at=now.isoformat(), **values
    )


def asked(address):
    return dict(parse_qsl(urlsplit(address).query))


def test_the_way_there_asks_for_a_code_bound_to_this_journey(provider, now):
    journey = begun(provider, now)
    found = asked(openid.departure(provider, journey))
    assert found["response_type"] == "code" and found["code_challenge_method"] == "S256"
    assert (found["state"], found["nonce"]) == (journey.state, journey.nonce)
    assert found["redirect_uri"] == "https://testserver.local/sign-in/with/spid/back"
    assert found["scope"] == "openid profile email"
    assert journey.verifier not in str(found) and not {"prompt", "acr_values"} & found.keys()


def test_a_fresh_proof_asks_to_sign_in_again(provider, now):
    found = asked(openid.departure(provider, begun(provider, now, purpose=FRESH)))
    assert (found["prompt"], found["max_age"]) == ("login", "0")


def test_the_level_is_asked_for_and_less_is_refused(hostile, tmp_path, now):
    with made.set_to(made.write(tmp_path, hostile.issuer, asked=f'"{L2}"')) as provider:
        journey = begun(provider, now)
        address = openid.departure(provider, journey)
        assert asked(address)["acr_values"] == L2
        hostile.claims = {"acr": L1}
        with pytest.raises(TooLow):
            openid.arrival(provider, journey, hostile.authorize(address), now)


def test_an_answer_has_what_was_said(provider, hostile, now):
    journey = begun(provider, now)
    back = hostile.authorize(openid.departure(provider, journey))
    found = openid.arrival(provider, journey, back, now)
    assert (found.issuer, found.subject, found.level) == (hostile.issuer, "AGID-0001", 2)


def test_what_the_id_token_says_counts_more_than_userinfo(provider, hostile, now):
    hostile.claims = {"given_name": "Maria"}
    journey = begun(provider, now)
    back = hostile.authorize(openid.departure(provider, journey))
    assert openid.arrival(provider, journey, back, now).name == "Maria Rossi"


def test_whoever_turned_back_there_is_told_so(provider, hostile, now):
    said = {"error": "access_denied", "iss": provider.issuer}
    with pytest.raises(TurnedBack):
        openid.arrival(provider, begun(provider, now), said, now)
    with pytest.raises(NotBelieved):
        openid.arrival(provider, begun(provider, now), {**said, "iss": "another"}, now)


def test_the_way_out_names_us_and_the_way_back(provider, hostile):
    found = openid.way_out(provider)
    assert found.startswith(f"{hostile.issuer}/out?")
    said = {"client_id": "farelegami", "post_logout_redirect_uri": "https://testserver.local/"}
    assert asked(found) == said
