"""The wire to a provider ends in time, whatever comes over it."""

import asyncio
import threading
import time

import httpx2
import pytest

from people.providers import wire
from tests.people.providers import hostile as hostiles


async def get(address):
    async with httpx2.AsyncClient(**wire.settled()) as client:
        return await client.get(address)


def test_what_lasts_longer_than_its_time_is_left(monkeypatch):
    monkeypatch.setattr(wire, "PATIENCE_S", 0.2)
    with pytest.raises(TimeoutError):
        wire.in_time(asyncio.Event().wait())


def test_a_head_that_drips_is_left_while_each_byte_comes_in_time(hostile, monkeypatch):
    monkeypatch.setattr(wire, "PATIENCE_S", 1.0)
    ended = threading.Event()
    hostile.instead = {"/slow": hostiles.dripping(ended)}
    before = time.monotonic()
    with pytest.raises(TimeoutError):
        wire.in_time(get(f"{hostile.issuer}/slow"))
    ended.set()
    assert time.monotonic() - before < 10, "without an end of its own it would drip for ever"


@pytest.mark.parametrize("how", [hostiles.huge, hostiles.packed])
def test_an_answer_out_of_bounds_is_none(hostile, how):
    hostile.instead = {"/x": how}
    with pytest.raises(wire.BadAnswer):
        wire.in_time(get(f"{hostile.issuer}/x"))


def test_a_redirect_is_not_followed(hostile):
    hostile.instead = {"/x": hostiles.redirect}
    assert wire.in_time(get(f"{hostile.issuer}/x")).status_code == 302
    assert hostile.asked == ["/x"]
