"""A household's view of one group order: what is its own, and what everybody has booked so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import db
from kit.errors import NotFound, Refused
from kit.hot import Hot
from ledger import accounts
from market.bookings import offers
from market.bookings.keys import BookingKey, check_actor
from market.bookings.offers import OfferTerms
from market.bookings.rules import ordering
from market.group_orders.rules import lifecycle, standing
from market.group_orders.rules.standing import Reader
from market.tables.bookings import BOOKED
from people.actors import Actor


class BookingHead(NamedTuple):
    """The order with whom it is from and where it is fetched; the household and its booking.

    `room` is what the household may still book for; `assigned_cents` and the transport are filled
    by closing. `counts` says whether it would take something, after closing whether it gets
    something, `asked` whether it would have.
    What closing, settling and the hours say is asked of `group_orders.rules.standing`.
    """

    id: int
    centre_id: int
    title: str
    note: str
    state: str
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    settled_at: datetime | None
    cancelled_at: datetime | None
    cancelled_because: str
    delivery_day: date
    minimum_cents: int
    transport_cents: int
    producer: str
    centre: str
    pickup_point: str
    pickup_address: str
    household_id: int
    household_code: str
    household: str
    balance: int
    room: int
    booking_id: int | None
    wanted_cents: int
    assigned_cents: int | None
    transport_share_cents: int | None
    transport_proof: dict[str, Any] | None
    counts: bool
    asked: bool

    @property
    def reader(self) -> Reader:
        """As whom the household is told how the order stands."""
        return standing.reader_of(counts=self.counts, asked=self.asked)

    @property
    def assigned(self) -> bool:
        """Whether it is decided who gets how much."""
        return lifecycle.assigned(self.state)

    @property
    def due_cents(self) -> int:
        """What the household pays for what it gets, its share of the transport with it."""
        return (self.assigned_cents or 0) + (self.transport_share_cents or 0)


_HEAD = Hot(
    BookingHead,
    f"""
    select o.id, o.centre_id, o.title, o.note, o.state, o.opens_at, o.closes_at, o.closed_at,
        o.settled_at, o.cancelled_at, o.cancelled_because, o.delivery_day, o.minimum_cents,
        o.transport_cents,
        p.name as producer, c.name as centre, k.name as pickup_point, k.address as pickup_address,
        h.id as household_id, h.code as household_code, h.name as household, a.balance,
        a.balance + h.limit_cents - h.commitment_cents as room,
        booking.id as booking_id, coalesce(booking.wanted_cents, 0) as wanted_cents,
        booking.assigned_cents, booking.transport_cents as transport_share_cents,
        booking.transport_proof, coalesce({BOOKED}, false) as counts,
        coalesce(booking.lines > 0, false) as asked
    from group_order o
    join household h on h.centre_id = o.centre_id and h.id = %(household_id)s
    join producer p on p.id = o.producer_id
    join centre c on c.id = o.centre_id
    join pickup_point k on k.id = o.pickup_point_id
    cross join lateral
        (select {accounts.BALANCE} as balance from account a where a.id = h.account_id) a
    left join booking on booking.group_order_id = o.id and booking.household_id = h.id
    where o.id = %(group_order_id)s
    """,
)


class OfferCounters(NamedTuple):
    """What all bookings make of an offer, and what the household itself has of it."""

    offer_id: int
    wanted: int
    at_most: int
    wanted_cents: int
    mine_wanted: int
    mine_at_most: int


_COUNTERS = Hot(
    OfferCounters,
    """
    select f.id as offer_id, f.wanted, f.at_most, f.wanted_cents,
        coalesce(l.wanted, 0) as mine_wanted, coalesce(l.at_most, 0) as mine_at_most
    from offer f
    left join booking_line l on l.booking_id = %(booking_id)s and l.offer_id = f.id
    where f.group_order_id = %(group_order_id)s
    order by f.position, f.id
    """,
)


@dataclass(frozen=True, slots=True)
class BookingPage:
    """A household's booking in one order; `offers` and `counters` go together, one by one.

    `closed_because` says why no bookings are taken now, None while they are; then there are
    no offers and no counters, and `lines_of` tells what became of the booking.
    """

    head: BookingHead
    offers: Sequence[OfferTerms]
    counters: Sequence[OfferCounters]
    order_cents: int
    missing_to_minimum_cents: int
    closed_because: Refused | None


def page_of(session: Session, actor: Actor, key: BookingKey, now: datetime) -> BookingPage:
    """Read the booking page of a household; raises NotFound.

    Two statements, and a third for the first who looks at the order in a process.
    """
    values = {"group_order_id": key.group_order_id, "household_id": key.household_id}
    head = _HEAD.row(session, values)
    if head is None:
        raise NotFound
    check_actor(actor, key.household_id, head.centre_id)
    try:
        ordering.check_open(head.state, head.opens_at, head.closes_at, now)
    except Refused as refusal:
        return BookingPage(head, [], [], 0, 0, refusal)
    values = {"group_order_id": key.group_order_id, "booking_id": head.booking_id or 0}
    counters = _COUNTERS.rows(session, values)
    order_cents = sum(row.wanted_cents for row in counters)
    missing = max(head.minimum_cents - order_cents, 0)
    terms = offers.of_order(session, key.group_order_id)
    return BookingPage(head, terms, counters, order_cents, missing, None)


class OwnLine(NamedTuple):
    """A product a household booked; what was assigned, and why, is there after closing."""

    product_id: int
    name: str
    unit: str
    wanted: int
    at_most: int
    amount_cents: int
    assigned: int | None
    assigned_cents: int | None
    reason: dict[str, Any] | None


_LINES = text("""
    select f.product_id, f.name, f.unit, l.wanted, l.at_most, l.amount_cents, l.assigned,
        l.assigned_cents, l.reason
    from booking_line l join offer f on f.id = l.offer_id
    where l.booking_id = :booking_id and l.at_most > 0
    order by f.position, f.id
""")


def lines_of(session: Session, head: BookingHead) -> list[OwnLine]:
    """List what the household of a page booked, and what it gets once that is known.

    Also what it only would take to complete a case (wanted 0).
    """
    if head.booking_id is None:
        return []
    return db.rows(session, OwnLine, _LINES, {"booking_id": head.booking_id})


class _Counted(NamedTuple):
    wanted: int
    at_most: int


_COUNTED = text("select wanted, at_most from offer where id = :id")


def counted(session: Session, offer_id: int) -> tuple[int, int]:
    """Give what all bookings make of an offer just now: wanted, and at most."""
    found = db.row(session, _Counted, _COUNTED, {"id": offer_id})
    if found is None:
        raise NotFound
    return found
