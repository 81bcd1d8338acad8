"""A booking held: its locks in the fixed order, what is true under them, and its writing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kit.errors import NotFound, Refused
from kit.hot import Hot
from ledger import accounts
from market.bookings import keys
from market.bookings.keys import BookingKey
from market.bookings.rules import ordering
from people.actors import Actor


class HeldOffer(NamedTuple):
    """An offer held, with its order, the booking and the household's purse (in each row)."""

    state: str
    opens_at: datetime
    closes_at: datetime
    minimum_cents: int
    transport_cents: int
    centre_id: int
    active: bool
    booking_id: int
    booking_wanted_cents: int
    committed_cents: int
    commitment_cents: int
    limit_cents: int
    account_id: int
    id: int
    product_id: int
    unit: str
    step: int
    minimum: int
    maximum: int | None
    available: int | None
    price_micros: int
    price_quantity: int
    case_size: int
    whole_cases: bool
    wanted: int
    at_most: int


# One statement that waits for its rows in the fixed order: each part depends on the one
# before. A row that was waited for comes back as it is now; what was not waited for (the
# lines, the balance) may be older and is therefore read by the next statement.
_HOLD = Hot(
    HeldOffer,
    """
    with place as (
        select o.id as group_order_id, o.state, o.opens_at, o.closes_at, o.minimum_cents,
            o.transport_cents, h.id as household_id, h.centre_id, h.active
        from group_order o join household h on h.centre_id = o.centre_id
        where o.id = %(group_order_id)s and h.id = %(household_id)s
    ), held as (
        insert into booking (group_order_id, household_id, created_at, updated_at)
        select group_order_id, household_id, %(now)s, %(now)s from place
        on conflict (group_order_id, household_id) do update set updated_at = excluded.updated_at
        returning id, wanted_cents, committed_cents
    ), taken as materialized (
        select f.* from held cross join lateral (
            select o.* from offer o
            where o.group_order_id = %(group_order_id)s and o.product_id = any(%(products)s)
                and held.id is not null
            order by o.id for no key update
        ) f
    ), purse as materialized (
        select h.commitment_cents, h.limit_cents, h.account_id
        from (select count(*) from taken) t, household h
        where h.id = %(household_id)s for no key update of h
    )
    select place.state, place.opens_at, place.closes_at, place.minimum_cents,
        place.transport_cents, place.centre_id, place.active, held.id as booking_id,
        held.wanted_cents as booking_wanted_cents, held.committed_cents,
        purse.commitment_cents, purse.limit_cents, purse.account_id,
        taken.id, taken.product_id, taken.unit, taken.step, taken.minimum, taken.maximum,
        taken.available, taken.price_micros, taken.price_quantity, taken.case_size,
        taken.whole_cases, taken.wanted, taken.at_most
    from place cross join held cross join purse cross join taken
    order by taken.id
    """,
)


class LineSums(NamedTuple):
    """What a line counts for in every sum it enters; also the difference of two."""

    wanted: int
    at_most: int
    amount_cents: int
    at_most_cents: int


NOTHING = LineSums(0, 0, 0, 0)


class _ReadLine(NamedTuple):
    balance: int
    order_cents: int
    offer_id: int | None
    wanted: int
    at_most: int
    amount_cents: int
    at_most_cents: int


_READ = Hot(
    _ReadLine,
    f"""
    select a.balance, t.order_cents, l.offer_id, l.wanted, l.at_most, l.amount_cents,
        l.at_most_cents
    from (select {accounts.BALANCE} as balance from account a where a.id = %(account_id)s) a
    cross join (select coalesce(sum(f.wanted_cents), 0)::bigint as order_cents
        from offer f where f.group_order_id = %(group_order_id)s) t
    left join booking_line l on l.booking_id = %(booking_id)s and l.offer_id = any(%(offers)s)
    """,
)


@dataclass(slots=True)
class Held:
    """What is known for certain once everything is held and read.

    `terms` has the order, the booking and the purse; `offers` are by product, `lines` (those
    there are) by offer. `room_cents` is what the household may still book for.
    """

    key: BookingKey
    terms: HeldOffer
    offers: dict[int, HeldOffer]
    lines: dict[int, LineSums]
    balance_cents: int
    order_cents: int
    room_cents: int = field(init=False)

    def __post_init__(self) -> None:
        self.room_cents = self.balance_cents + self.terms.limit_cents - self.terms.commitment_cents


def hold(
    session: Session, actor: Actor, key: BookingKey, products: Collection[int], now: datetime
) -> Held:
    """Take every lock a change of these products needs and read what is true under them.

    Raises NotFound for an order, household or product that is not there or not the
    actor's, Refused when no bookings are taken at `now`.
    """
    _share(session, actor, key)
    found = _HOLD.rows(
        session,
        {
            "group_order_id": key.group_order_id,
            "household_id": key.household_id,
            "products": list(products),
            "now": now,
        },
    )
    if not found:
        raise NotFound
    terms = found[0]
    ordering.check_open(terms.state, terms.opens_at, terms.closes_at, now)
    if not terms.active:
        raise Refused("Questa famiglia non partecipa più agli ordini del centro.")
    if len(found) != len(products):
        raise NotFound
    read = _READ.rows(
        session,
        {
            "account_id": terms.account_id,
            "group_order_id": key.group_order_id,
            "booking_id": terms.booking_id,
            "offers": [offer.id for offer in found],
        },
    )
    return Held(
        key,
        terms,
        {offer.product_id: offer for offer in found},
        {row.offer_id: LineSums._make(row[3:]) for row in read if row.offer_id is not None},
        read[0].balance,
        read[0].order_cents,
    )


def _share(session: Session, actor: Actor, key: BookingKey) -> None:
    """Hold the order with other bookings; only a change of its state makes this wait."""
    try:
        keys.share(session, actor, key)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            session.rollback()  # the database refuses every statement until then
            raise Refused("L'ordine si sta chiudendo proprio adesso: riprova tra poco.") from error
        raise
