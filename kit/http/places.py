"""Places in service: as many as the pool has connections, in lanes, with a share for everybody.

A free place goes to the most urgent lane that waits; within a lane to the person who holds the
fewest, then to who came first. The less urgent a lane, the more of the places it leaves free for
those before it (in telephony: trunk reservation), so that the health of the process can be asked,
an application sent and a session begun while every page is slow. However many requests one person
or one network sends, what they hold at once is bounded, and so is what they let wait.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from kit import meters


class Lane(NamedTuple):
    """What requests of one kind may take.

    `kept`: eighths of all places that it leaves free; `most`: of the places, at once (None: all
    of its own); `queue` and `patience_s`: how many wait, and how long, before they are told to
    come back. A lane that is `open` counts for no network's share: an office or a school sends
    from one address.
    """

    name: str
    rank: int
    kept: int
    most: int | None = None
    queue: int = 400
    patience_s: float = 10.0
    open: bool = False


HEALTH = Lane("health", 0, 0, most=1, queue=20, open=True)
# What has a deadline: small, quick, and asked for by many in the same minute.
SENDING = Lane("sending", 1, 1, queue=600, patience_s=60.0, open=True)
# Passwords are hashed: more of them at once would only take the processor from each other.
ENTRY = Lane("entry", 2, 2, most=2)
PAGES = Lane("pages", 3, 3)

# Of what one person, or one network, may hold at once, in eighths of all places; and let wait.
PERSON_HOLDS, PERSON_WAITS = 2, 50
NETWORK_HOLDS, NETWORK_WAITS = 4, 200


class Full(Exception):
    """No place in time, or no room to wait for one."""


@dataclass(frozen=True, eq=False, slots=True)
class Ticket:
    """A request that wants a place: its lane, whose it is ("" for nobody known), from where."""

    lane: Lane
    person: str
    network: str
    given: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Places:
    """The places of one process. Used from its event loop only."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.waiting: list[Ticket] = []
        self.in_service: list[Ticket] = []

    async def enter(self, ticket: Ticket) -> None:
        """Wait for a place; raises Full. Whoever has one gives it back by `leave`."""
        if self._may(ticket, _Held(self.in_service)):
            self.in_service.append(ticket)
            return
        self._check_room(ticket)
        self.waiting.append(ticket)
        meters.requests_waiting(len(self.waiting))
        try:
            async with asyncio.timeout(ticket.lane.patience_s):
                await ticket.given
        except (TimeoutError, asyncio.CancelledError) as error:
            if ticket in self.in_service:  # it was given in the instant in which waiting ended
                self.leave(ticket)
            if isinstance(error, TimeoutError):
                raise Full from error
            raise
        finally:
            if ticket in self.waiting:
                self.waiting.remove(ticket)
            meters.requests_waiting(len(self.waiting))

    def leave(self, ticket: Ticket) -> None:
        """Give a place back, and every place that is free now to who waits for it."""
        self.in_service.remove(ticket)
        held = _Held(self.in_service)
        while (following := self._next(held)) is not None:
            self.waiting.remove(following)
            self.in_service.append(following)
            held.take(following)
            following.given.set_result(None)

    def _next(self, held: "_Held") -> Ticket | None:
        able = [each for each in self.waiting if not each.given.done() and self._may(each, held)]
        return min(able, key=lambda each: (each.lane.rank, held.persons[each.person]), default=None)

    def _may(self, ticket: Ticket, held: "_Held") -> bool:
        lane, persons, networks = ticket.lane, held.persons, held.networks
        return (
            held.all < self.total - self.total * lane.kept // 8
            and (lane.most is None or held.lanes[lane] < lane.most)
            and (not ticket.person or persons[ticket.person] < self._share(PERSON_HOLDS))
            and (lane.open or networks[ticket.network] < self._share(NETWORK_HOLDS))
        )

    def _share(self, eighths: int) -> int:
        return max(1, self.total * eighths // 8)

    def _check_room(self, ticket: Ticket) -> None:
        waiting = _Held(self.waiting)
        if (
            waiting.lanes[ticket.lane] >= ticket.lane.queue
            or (ticket.person and waiting.persons[ticket.person] >= PERSON_WAITS)
            or (not ticket.lane.open and waiting.networks[ticket.network] >= NETWORK_WAITS)
        ):
            raise Full


class _Held:
    """How many of these tickets are of each lane, person and network."""

    def __init__(self, tickets: list[Ticket]) -> None:
        self.all = 0
        self.lanes: Counter[Lane] = Counter()
        self.persons: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()
        for ticket in tickets:
            self.take(ticket)

    def take(self, ticket: Ticket) -> None:
        self.all += 1
        self.lanes[ticket.lane] += 1
        self.persons[ticket.person] += 1
        if not ticket.lane.open:
            self.networks[ticket.network] += 1
