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
# Another server is asked: a slow one holds a few places, while all pages go on.
ELSEWHERE = Lane("elsewhere", 4, 4, most=3)

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
        self.waiting: dict[Ticket, None] = {}
        self.in_service: dict[Ticket, None] = {}
        # Counted as they come and go: in a crowd each arrival would count hundreds anew.
        self._held, self._waits = _Counts(), _Counts()

    async def enter(self, ticket: Ticket) -> None:
        """Wait for a place; raises Full. Whoever has one gives it back by `leave`."""
        if self._may(ticket):
            self._serve(ticket)
            return
        self._check_room(ticket)
        self.waiting[ticket] = None
        self._waits.add(ticket, 1)
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
            self._waits_no_more(ticket)
            meters.requests_waiting(len(self.waiting))

    def leave(self, ticket: Ticket) -> None:
        """Give a place back, and every place that is free now to who waits for it."""
        del self.in_service[ticket]
        self._held.add(ticket, -1)
        while (following := self._next()) is not None:
            self._waits_no_more(following)
            self._serve(following)
            following.given.set_result(None)

    def _serve(self, ticket: Ticket) -> None:
        self.in_service[ticket] = None
        self._held.add(ticket, 1)

    def _waits_no_more(self, ticket: Ticket) -> None:
        if ticket in self.waiting:
            del self.waiting[ticket]
            self._waits.add(ticket, -1)

    def _next(self) -> Ticket | None:
        able = (each for each in self.waiting if not each.given.done() and self._may(each))
        held = self._held.persons
        return min(able, key=lambda each: (each.lane.rank, held[each.person]), default=None)

    def _may(self, ticket: Ticket) -> bool:
        lane, held = ticket.lane, self._held
        return (
            held.all < self.total - self.total * lane.kept // 8
            and (lane.most is None or held.lanes[lane] < lane.most)
            and (not ticket.person or held.persons[ticket.person] < self._share(PERSON_HOLDS))
            and (lane.open or held.networks[ticket.network] < self._share(NETWORK_HOLDS))
        )

    def _share(self, eighths: int) -> int:
        return max(1, self.total * eighths // 8)

    def _check_room(self, ticket: Ticket) -> None:
        waits = self._waits
        if (
            waits.lanes[ticket.lane] >= ticket.lane.queue
            or (ticket.person and waits.persons[ticket.person] >= PERSON_WAITS)
            or (not ticket.lane.open and waits.networks[ticket.network] >= NETWORK_WAITS)
        ):
            raise Full


class _Counts:
    """How many tickets there are of each lane, person and network."""

    def __init__(self) -> None:
        self.all = 0
        self.lanes: Counter[Lane] = Counter()
        self.persons: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()

    def add(self, ticket: Ticket, more: int) -> None:
        """Count one more (1) or one less (-1); who has none is forgotten."""
        self.all += more
        self.lanes[ticket.lane] += more
        counted = [(self.persons, ticket.person)]
        if not ticket.lane.open:
            counted.append((self.networks, ticket.network))
        for counter, name in counted:
            counter[name] += more
            if not counter[name]:
                del counter[name]
