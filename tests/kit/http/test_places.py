"""Places in service: lanes, and everybody's share of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from kit.http import places
from kit.http.places import ENTRY, HEALTH, PAGES, SENDING, Full, Lane, Places, Ticket


def scene(play: Callable[[Places], Coroutine[Any, Any, None]], total: int = 8) -> None:
    asyncio.run(play(Places(total)))


class Crowd:
    """Requests that have asked for a place, in their order."""

    def __init__(self, house: Places) -> None:
        self.house = house
        self.asked: list[tuple[Ticket, asyncio.Task[None]]] = []

    async def ask(self, lane: Lane, person: str = "", network: str = "home") -> Ticket:
        ticket = Ticket(lane, person, network)
        self.asked.append((ticket, asyncio.create_task(self.house.enter(ticket))))
        await asyncio.sleep(0)
        return ticket

    async def people(self, count: int, lane: Lane = PAGES) -> list[Ticket]:
        """So many requests of as many people, each from a network of its own."""
        first = len(self.asked)
        return [await self.ask(lane, f"p{first + n}", f"n{first + n}") for n in range(count)]

    def served(self) -> list[Ticket]:
        return list(self.house.in_service)

    async def go(self, ticket: Ticket) -> None:
        self.house.leave(ticket)
        await asyncio.sleep(0)

    async def end(self) -> None:
        for _, task in self.asked:
            task.cancel()
        await asyncio.gather(*(task for _, task in self.asked), return_exceptions=True)
        assert not self.house.waiting


def test_pages_leave_places_for_what_is_more_urgent():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        pages = await crowd.people(20)
        assert crowd.served() == pages[:5]
        entries = await crowd.people(3, ENTRY)
        assert crowd.served()[5:] == entries[:1]  # six of eight; the last two are not theirs
        sending = await crowd.people(3, SENDING)
        assert crowd.served()[6:] == sending[:1]
        health = await crowd.ask(HEALTH)
        assert crowd.served()[7:] == [health]
        await crowd.end()

    scene(play)


def test_a_free_place_goes_to_the_most_urgent_who_waits():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        pages = await crowd.people(9)
        entries = await crowd.people(2, ENTRY)
        sending = await crowd.people(2, SENDING)
        assert len(crowd.served()) == 7
        for done, following in ((pages[0], sending[1]), (pages[1], entries[1])):
            if following in sending:
                await crowd.go(done)
                assert following in crowd.served()
        await crowd.go(sending[0])
        await crowd.go(sending[1])
        assert entries[1] in crowd.served()  # six in service, two entries at most
        assert pages[5] not in crowd.served()
        await crowd.go(pages[1])
        await crowd.go(pages[2])
        assert pages[5] in crowd.served() and pages[6] not in crowd.served()
        await crowd.end()

    scene(play)


def test_no_more_passwords_are_hashed_at_once_than_the_lane_has():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        entries = await crowd.people(6, ENTRY)
        assert crowd.served() == entries[:2]
        await crowd.go(entries[0])
        assert crowd.served() == entries[1:3]
        await crowd.end()

    scene(play)


def test_one_person_with_many_requests_leaves_the_others_their_places():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        greedy = [await crowd.ask(PAGES, "greedy", f"n{n}") for n in range(16)]
        assert crowd.served() == greedy[:2]
        others = await crowd.people(3)
        assert crowd.served() == [*greedy[:2], *others]
        await crowd.end()

    scene(play)


def test_one_network_with_many_cookies_leaves_the_others_their_places():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        for n in range(20):
            await crowd.ask(PAGES, f"made up {n}", "one")
        assert len(crowd.served()) == 4
        other = await crowd.ask(PAGES, "other", "two")
        assert other in crowd.served()
        await crowd.end()

    scene(play)


def test_a_school_sends_its_applications_from_one_address():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        for n in range(9):
            await crowd.ask(SENDING, f"pupil {n}", "school")
        assert len(crowd.served()) == 7
        await crowd.end()

    scene(play)


def test_among_equals_the_place_goes_to_who_holds_the_fewest_then_to_who_came_first():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        first = [await crowd.ask(PAGES, "busy", "a") for _ in range(1)]
        rest = await crowd.people(4)
        again = await crowd.ask(PAGES, "busy", "a")
        other = await crowd.ask(PAGES, "other", "b")
        assert len(crowd.served()) == 5
        await crowd.go(rest[0])
        assert other in crowd.served() and again not in crowd.served()
        await crowd.go(first[0])
        assert again in crowd.served()
        await crowd.end()

    scene(play)


@pytest.mark.parametrize("who", ["lane", "person", "network"])
def test_who_lets_too_many_wait_is_told_to_come_back(who, monkeypatch):
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        await crowd.people(5)
        most = {
            "lane": PAGES.queue,
            "person": places.PERSON_WAITS,
            "network": places.NETWORK_WAITS,
        }[who]
        for n in range(most):
            person = "one" if who == "person" else f"q{n}"
            await crowd.ask(PAGES, person, "one" if who == "network" else f"m{n}")
        assert len(house.waiting) == most
        person, network = ("one", "new") if who == "person" else ("new", "new")
        network = "one" if who == "network" else network
        with pytest.raises(Full):
            await house.enter(Ticket(PAGES, person, network))
        if who != "lane":
            await crowd.ask(PAGES, "somebody else", "elsewhere")
            assert len(house.waiting) == most + 1
        await crowd.end()

    scene(play)


def test_who_waits_too_long_is_told_to_come_back_and_is_forgotten():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        pages = await crowd.people(5)
        hurried = PAGES._replace(patience_s=0.01)
        with pytest.raises(Full):
            await house.enter(Ticket(hurried, "late", "late"))
        assert not house.waiting
        for page in pages:
            await crowd.go(page)
        assert not house.in_service

    scene(play)


def test_a_place_given_in_the_instant_in_which_the_waiting_ends_is_not_lost():
    async def play(house: Places) -> None:
        crowd = Crowd(house)
        pages = await crowd.people(5)
        waiting = await crowd.ask(PAGES, "late", "late")
        _, task = crowd.asked[-1]
        house.leave(pages[0])  # given now, and the browser goes away before it knows
        assert waiting in house.in_service
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert list(house.in_service) == pages[1:]

    scene(play)


@pytest.mark.parametrize("total", [1, 2, 3, 4, 8, 200])
def test_every_lane_has_a_way_in_however_few_places_there_are(total):
    async def play(house: Places) -> None:
        for lane in (HEALTH, SENDING, ENTRY, PAGES):
            ticket = Ticket(lane, "somebody", "somewhere")
            await asyncio.wait_for(house.enter(ticket), 1)
            house.leave(ticket)

    scene(play, total)
