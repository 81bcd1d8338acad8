"""What the demo's households book: their habits, not anybody's dice of the day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Row, select, text

from demo.centres import coordination
from demo.producers import quantity
from demo.stage import Stage, table
from kit.clock import to_rome
from market.bookings.keys import BookingKey
from market.bookings.lines import Ask, set_lines
from market.catalogue.rules import measures
from market.tables.centres import Household
from market.tables.orders import Offer
from people.actors import Actor
from people.roles import COORDINATOR

# Lines a household books, and how much of the usual quantity, by its size.
_LINES = {1: (2, 3), 2: (3, 5), 3: (4, 6)}
_PORTION = {1: (1, 2), 2: (1, 1), 3: (2, 1)}
_HEAVY_G = 6_000
_ROOMIEST = text("""
    select h.code from household h where h.centre_id = :centre_id
    order by (select sum(p.amount) from posting p where p.account_id = h.account_id)
        + h.limit_cents - h.commitment_cents desc, h.code limit 1
""")


@dataclass(frozen=True)
class Season:
    """One order and its centre; `opened` holds the order's id once it is opened.

    Nobody offers to take more of the products in `tight`: their cases stay almost full.
    """

    stage: Stage
    centre: str
    producer: str
    opened: list[int]
    tight: Collection[str] = ()

    def plan(self, title: str, share: float, since: datetime, until: datetime) -> None:
        """Plan who books when: a share of the households, the first one of the list always."""
        rows = [row for row in table("households") if row["centre"] == self.centre]
        for number, row in enumerate(rows):
            habit = Random(f"{title} {row['code']}")
            likely = habit.random() < share or (number == 0 and share >= 0.7)
            if likely and self.producer not in row["skips"].split():
                seed = habit.random()
                self.stage.plan(_moment(habit, since, until), partial(self._book, row, seed))

    def plan_line(self, line: dict[str, str], when: datetime) -> None:
        """Plan one line of a household: how much it wants, and at most (in the list's unit)."""
        self.stage.plan(when, partial(self._take, line))

    def plan_almost_full(self, name: str, missing: str, when: datetime) -> None:
        """Plan one more line that leaves so much (in the list's unit) missing to the case."""
        self.stage.plan(when, partial(self._leave_missing, name, missing))

    def _book(self, row: dict[str, str], seed: float, now: datetime) -> None:
        rng, size = Random(seed), int(row["size"])
        offers = [offer for offer in self._offers() if size > 1 or _light(offer)]
        chosen = rng.sample(offers, min(rng.randint(*_LINES[size]), len(offers)))
        usual = {
            product["sku"]: product
            for product in table("products")
            if product["producer"] == self.producer
        }
        asks = [self._ask(rng, size, offer, usual[offer.sku]) for offer in chosen]
        self._set(row["code"], row["member"], asks, now)

    def _ask(self, rng: Random, size: int, offer: Row[Any], product: dict[str, str]) -> Ask:
        """The usual quantity in the household's portion; some would take more to fill a case."""
        per = measures.measure(product["unit"])
        times, parts = _PORTION[size]
        steps = quantity(product["usual"], per) * times // (parts * offer.step)
        wanted = max(steps + rng.choice((-1, 0, 0, 0, 1)), 1) * offer.step
        further = rng.choice((0, 0, 0, 1, 2))
        if not offer.whole_cases or offer.name in self.tight:
            further = 0
        return Ask(offer.product_id, wanted, wanted + further * offer.step)

    def _take(self, line: dict[str, str], now: datetime) -> None:
        row = next(
            row
            for row in table("households")
            if (row["centre"], row["code"]) == (self.centre, line["household"])
        )
        offer = next(offer for offer in self._offers() if offer.name == line["product"])
        per = measures.measure(offer.sold_as)
        wanted, most = (quantity(line[name], per) for name in ("wanted", "most"))
        self._set(row["code"], row["member"], [Ask(offer.product_id, wanted, most)], now)

    def _leave_missing(self, name: str, missing: str, now: datetime) -> None:
        offer = next(offer for offer in self._offers() if offer.name == name)
        per = measures.measure(offer.sold_as)
        left = offer.case_size - quantity(missing, per)
        code = self.stage.session.scalar(_ROOMIEST, {"centre_id": self.stage.centres[self.centre]})
        before = self._line(code, offer.id)
        more = (left - offer.wanted) % offer.case_size
        self._set(code, "", [Ask(offer.product_id, before + more, before + more)], now)

    def _line(self, code: str, offer_id: int) -> int:
        found = self.stage.session.scalar(
            text(
                "select l.wanted from booking_line l join booking b on b.id = l.booking_id"
                " join household h on h.id = b.household_id"
                " where h.centre_id = :centre_id and h.code = :code and l.offer_id = :offer_id"
            ),
            {
                "centre_id": self.stage.centres[self.centre],
                "code": code,
                "offer_id": offer_id,
            },
        )
        return int(found or 0)

    def _offers(self) -> Sequence[Row[Any]]:
        query = select(*Offer.__table__.c).where(Offer.group_order_id == self.opened[0])
        return self.stage.session.execute(query.order_by(Offer.position)).all()

    def _set(self, code: str, member: str, asks: list[Ask], now: datetime) -> None:
        """Book as the member, or as the coordinator for who has no member."""
        actor = self._actor(member)
        household = self.stage.session.execute(
            select(Household.id).where(
                Household.centre_id == self.stage.centres[self.centre], Household.code == code
            )
        ).scalar_one()
        set_lines(self.stage.session, actor, BookingKey(self.opened[0], household), asks, now)

    def _actor(self, member: str) -> Actor:
        alias = member.partition(" ")[0] or coordination(self.centre)[COORDINATOR]
        return self.stage.acting(alias)


def _light(offer: Row[Any]) -> bool:
    return (offer.unit_weight_g or 0) <= _HEAVY_G


def _moment(rng: Random, since: datetime, until: datetime) -> datetime:
    """Some minute of the order's time at which people are awake."""
    for _ in range(50):
        found = since + timedelta(minutes=rng.uniform(5, (until - since).total_seconds() / 60 - 45))
        if 7 <= to_rome(found).hour < 23:
            return found
    return since + (until - since) / 2
