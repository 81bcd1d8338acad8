"""The hot pages and small changes: what each client asks for."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import client, seed, seed_calls
from calls.commission.standings import ApplicationKey
from calls.score_sheets import queue
from calls.score_sheets.queue import ScoreSheetView
from kit import db, shown
from market.bookings.line_marks import line_marks
from people import sign_ins

CLIENTS = 16
LIMITED = 100
ATTEMPTS = 20


@dataclass(frozen=True)
class Ask:
    """One request before it is written: what the browser or htmx would send."""

    path: str
    token: str = ""
    form: dict[str, str] | None = None

    def headers(self) -> dict[str, str]:
        """Cookie and, for a change, what htmx sends with it."""
        found = {"Cookie": f"{sign_ins.COOKIE}={self.token}"} if self.token else {}
        if self.form is not None:
            found["X-CSRF-Token"] = sign_ins.csrf_token(sign_ins.token_hash(self.token))
            found["HX-Request"] = "true"
        return found

    def raw(self, port: int) -> bytes:
        """The bytes of the request."""
        method = "GET" if self.form is None else "POST"
        body = urlencode(self.form or {})
        return client.request(method, self.path, port, self.headers(), body)


@dataclass(frozen=True)
class Work:
    """Something measured over HTTP: for each of the clients, what it asks in turn."""

    target: str | None
    name: str
    asks: Callable[[int], Sequence[Ask]]
    repeat: bool = True
    slow: bool = False
    clients: tuple[int, ...] = (1, CLIENTS)
    again: int = 0
    """How far behind an ask the next one for the same thing stands."""
    expect: tuple[str, ...] = ("200",)


@dataclass(frozen=True)
class World:
    """What was seeded, with what the requests need to know of it."""

    market: seed.Seeded
    calls: dict[int, seed_calls.Seeded]
    households: dict[str, int]
    offers: dict[int, list[Any]]

    @property
    def largest(self) -> seed_calls.Seeded:
        """The call with the most applications."""
        return self.calls[max(self.calls)]


_HOUSEHOLDS = text(
    "select g.scope_id from person_session s join role_grant g on g.person_id = s.person_id"
    " where s.token_hash = :hash and g.role = 'member'"
)
_BOOKED = text(
    "select l.offer_id, l.wanted, l.at_most from booking_line l"
    " join booking b on b.id = l.booking_id where b.household_id = :household"
)
_OFFERS = text(
    "select id, product_id, step, unit from offer where group_order_id = :id order by position"
)


def world(
    session: Session,
    market: seed.Seeded,
    calls: dict[int, seed_calls.Seeded],
    members: int = CLIENTS + 1,  # one more, whose statements are counted
) -> World:
    """Read what the requests need: whose household a token is, which products are offered."""
    households = {
        token: session.scalar(_HOUSEHOLDS, {"hash": sign_ins.token_hash(token)})
        for token in market.tokens[:members]
    }
    offers = {id_: list(session.execute(_OFFERS, {"id": id_})) for id_ in market.order_ids}
    return World(market, calls, households, offers)


def pages(found: World) -> list[Work]:
    """What is read: from the plain answer up to the evaluator's list."""
    market, order = found.market, found.market.order_ids[0]
    watched = market.order_ids[-1]

    def same(ask: Ask) -> Callable[[int], Sequence[Ask]]:
        return lambda _: [ask]

    def member(path: str) -> Callable[[int], Sequence[Ask]]:
        return lambda n: [Ask(path, market.tokens[n % len(market.tokens)])]

    coordinator = market.coordinator_token
    works = [
        Work(None, "plain answer of the stack", same(Ask("/health/live"))),
        Work(None, "sign-in page", same(Ask("/sign-in"))),
        Work(None, "home of a visitor", same(Ask("/"))),
        Work(None, "home of a member", member("/")),
        Work("T1", "booking page", member(f"/group-orders/{order}/booking")),
        Work(
            None,
            "order page of the coordinator, large order",
            same(Ask(f"/group-orders/{order}", coordinator)),
            slow=True,
        ),
        Work(
            "T8",
            "producer's totals on the order page",
            same(Ask(f"/group-orders/{watched}", coordinator)),
            slow=True,
        ),
        Work(
            None,
            "dry run of closing",
            same(Ask(f"/group-orders/{order}/closing", coordinator)),
            slow=True,
            clients=(1,),
        ),
    ]
    for count, call in found.calls.items():
        path = f"/calls/{call.call_id}/evaluations"
        name = f"evaluator's list, {min(count, 250)} of {count:,}"
        works.append(Work("T4", name, same(Ask(path, call.reader_token)), slow=True))
    return works


def line_change(found: World) -> Work:
    """Each client's household changes lines all over the open orders, each time for another."""
    rng = random.Random(2026)
    offers = [(id_, offer) for id_, rows in found.offers.items() for offer in rows]
    chosen = [rng.sample(offers, min(60, len(offers))) for _ in range(CLIENTS)]

    def asks(n: int) -> Sequence[Ask]:
        token = found.market.tokens[n % len(found.market.tokens)]
        booked = booked_of(found, token)
        return [
            line_ask(found, token, id_, offer, offer.step * times, booked)
            for times in (4, 5, 6, 7)
            for id_, offer in chosen[n % CLIENTS]
        ]

    return Work("T2", "change one line", asks, again=len(chosen[0]))


def booked_of(found: World, token: str) -> dict[int, tuple[int, int]]:
    """What a page opened now would show of each line: wanted and at most, by offer."""
    with db.transaction() as session:
        lines = session.execute(_BOOKED, {"household": found.households[token]})
        return {line.offer_id: (line.wanted, line.at_most) for line in lines}


def line_ask(
    found: World,
    token: str,
    order_id: int,
    offer: Any,
    wanted: int,
    booked: dict[int, tuple[int, int]],
) -> Ask:
    typed = f"{wanted / 1000:.3f}".replace(".", ",") if offer.unit == "g" else str(wanted)
    told = line_marks(*booked.get(offer.id, (0, 0)))
    form = {
        f"wanted-{offer.product_id}": typed,
        f"shown-wanted-{offer.product_id}": told.wanted.ljust(client.MARK),
        f"shown-most-{offer.product_id}": told.most.ljust(client.MARK),
        "household": str(found.households[token]),
    }
    return Ask(f"/group-orders/{order_id}/booking/lines/{offer.product_id}", token, form)


def race(found: World, order_id: int, offer: Any) -> Work:
    """Sixteen households want one more of a limited product, again and again."""

    def asks(n: int) -> Sequence[Ask]:
        token = found.market.tokens[n % len(found.market.tokens)]
        booked = booked_of(found, token)
        first, _ = booked.get(offer.id, (0, 0))
        more = range(1, ATTEMPTS + 1)
        return [
            line_ask(found, token, order_id, offer, first + offer.step * m, booked) for m in more
        ]

    return Work("T3", "limited product", asks, repeat=False, expect=("200", "409"))


def save_mark(call: seed_calls.Seeded, count: int) -> Work:
    """Each evaluator changes marks on sheets not yet sent."""

    def asks(n: int) -> Sequence[Ask]:
        seen = _opened(call, n)
        return [
            Ask(
                f"{_sheet(call, id_)}/marks/A",
                call.writer_tokens[n],
                {"mark-A": mark, f"{shown.PREFIX}mark-A": shown.mark(sheet.fields["mark-A"])},
            )
            for mark in ("6", "8", "10")
            for id_, sheet in seen.items()
        ]

    again = len(call.application_ids[: seed_calls.DRAFTED])
    return Work("T5", f"save a mark, {count:,} applications", asks, again=again)


def send_sheet(call: seed_calls.Seeded, count: int) -> Work:
    """Each evaluator sends complete sheets, each once."""

    def asks(n: int) -> Sequence[Ask]:
        return [
            Ask(
                f"{_sheet(call, id_)}/sending",
                call.writer_tokens[n],
                {"seen": shown.pack(sheet.parts)},
            )
            for id_, sheet in _opened(call, n).items()
        ]

    name = f"send a sheet, {count:,} applications"
    return Work("T5", name, asks, repeat=False, again=1, expect=("303",))


def _opened(call: seed_calls.Seeded, n: int) -> dict[int, ScoreSheetView]:
    """What the pages of an evaluator's sheets not yet sent would show now, by application."""
    with db.transaction() as session:
        actor = seed_calls.actor_of(session, call.writer_tokens[n])
        return {
            id_: queue.view(session, actor, ApplicationKey(call.call_id, id_))
            for id_ in call.application_ids[: seed_calls.DRAFTED]
        }


def _sheet(call: seed_calls.Seeded, application_id: int) -> str:
    return f"/calls/{call.call_id}/evaluations/{application_id}"
