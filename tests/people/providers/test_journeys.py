"""The cookie of a journey: sealed, for its state, for ten minutes, at most three."""

from dataclasses import replace
from datetime import timedelta

import pytest

from people.providers import journeys
from people.providers.journeys import Journey
from tests import make

MINUTE = timedelta(minutes=1)


def made(now, **values):
    return Journey(**{"provider": "spid", "issuer": "i", "began_at": now.isoformat(), **values})


@pytest.fixture
def spid(provider):
    return replace(provider, issuer="i")


def test_a_journey_comes_back_with_its_state_alone(spid, now):
    one, other = made(now), made(now)
    cookies = {one.cookie: one.sealed(), other.cookie: other.sealed()}
    assert journeys.back(cookies, one.state, spid, now) == one
    assert journeys.back(cookies, "", spid, now) is None
    swapped = {one.cookie: other.sealed()}
    assert journeys.back(swapped, one.state, spid, now) is None


def test_no_two_journeys_have_anything_in_common(now):
    one, other = made(now), made(now)
    assert not {one.state, one.nonce, one.verifier} & {other.state, other.nonce, other.verifier}
    assert len(one.verifier) >= 43, "RFC 7636"


def test_a_journey_ends_after_ten_minutes(spid, now):
    one = made(now)
    cookies = {one.cookie: one.sealed()}
    assert journeys.back(cookies, one.state, spid, now + 10 * MINUTE) == one
    assert journeys.back(cookies, one.state, spid, now + 11 * MINUTE) is None


def test_a_journey_to_one_provider_does_not_come_back_from_another(provider, now):
    one = made(now)
    assert journeys.back({one.cookie: one.sealed()}, one.state, provider, now) is None


def test_what_goes_when_one_more_begins(now):
    riding = [made(now - n * MINUTE) for n in (1, 2, 3)]
    late = made(now - 11 * MINUTE)
    cookies = {each.cookie: each.sealed() for each in (*riding, late)}
    cookies |= {"session": "x", riding[0].cookie[:-1] + "x": "broken"}
    gone = journeys.spare(cookies, now)
    assert set(gone) == set(cookies) - {"session", riding[0].cookie, riding[1].cookie}


def test_a_wish_is_of_its_session_and_for_ten_minutes(session):
    actor, other = make.actor(session), make.actor(session)
    sealed = journeys.wish(actor, journeys.LINK)
    found = journeys.wished(sealed, actor.now)
    assert found is not None and found.purpose == journeys.LINK
    assert journeys.is_bound_to(actor, found.bound)
    assert not journeys.is_bound_to(other, found.bound)
    assert journeys.wished(sealed, actor.now + 11 * MINUTE) is None
    assert journeys.wished(sealed[:-1], actor.now) is None
