"""Holding a booking: its order, its row, its offers and its household, in the fixed order."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import Row, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kit.db import lock_shared
from kit.errors import NotFound, Refused
from ledger import accounts
from market.bookings.rules import ordering
from people.actors import Actor
from people.roles import COORDINATOR, MEMBER


@dataclass(frozen=True, slots=True)
class Place:
    """Whose booking, in which order."""

    group_order_id: int
    household_id: int


# One statement that waits for its rows in the fixed order: each part depends on the one
# before. A row that was waited for comes back as it is now; what was not waited for (the
# lines, the balance) may be older and is therefore read by the next statement.
_HOLD = text("""
    with place as (
        select o.id as group_order_id, o.state, o.opens_at, o.closes_at, o.minimum_cents,
            h.id as household_id, h.centre_id, h.active
        from group_order o join household h on h.centre_id = o.centre_id
        where o.id = :group_order_id and h.id = :household_id
    ), held as (
        insert into booking (group_order_id, household_id, created_at, updated_at)
        select group_order_id, household_id, :now, :now from place
        on conflict (group_order_id, household_id) do update set updated_at = excluded.updated_at
        returning id, wanted_cents, committed_cents
    ), taken as materialized (
        select f.* from held cross join lateral (
            select o.* from offer o
            where o.group_order_id = :group_order_id and o.product_id = any(:products)
                and held.id is not null
            order by o.id for no key update
        ) f
    ), purse as materialized (
        select h.commitment_cents, h.limit_cents, h.account_id
        from (select count(*) from taken) t, household h
        where h.id = :household_id for no key update of h
    )
    select place.state, place.opens_at, place.closes_at, place.minimum_cents, place.centre_id,
        place.active, held.id as booking_id, held.wanted_cents as booking_wanted_cents,
        held.committed_cents, purse.commitment_cents, purse.limit_cents, purse.account_id,
        taken.*
    from place cross join held cross join purse left join taken on true
    order by taken.id
""")
_READ = text(f"""
    select a.balance, t.order_cents, l.offer_id, l.wanted, l.at_most, l.amount_cents,
        l.at_most_cents
    from (select {accounts.BALANCE} as balance from account a where a.id = :account_id) a
    cross join (select coalesce(sum(f.wanted_cents), 0)::bigint as order_cents
        from offer f where f.group_order_id = :group_order_id) t
    left join booking_line l on l.booking_id = :booking_id and l.offer_id = any(:offers)
""")


@dataclass(slots=True)
class Held:
    """What is known for certain once everything is held and read."""

    place: Place
    terms: Row[Any]
    offers: dict[int, Row[Any]]
    lines: dict[int, Row[Any]]
    balance_cents: int
    order_cents: int
    room_cents: int = field(init=False)

    def __post_init__(self) -> None:
        self.room_cents = self.balance_cents + self.terms.limit_cents - self.terms.commitment_cents


def hold(
    session: Session, actor: Actor, place: Place, products: Collection[int], now: datetime
) -> Held:
    """Take every lock a change of these products needs and read what is true under them.

    Raises NotFound for an order, household or product that is not there or not the
    actor's, Refused when no bookings are taken at `now`.
    """
    _share(session, place.group_order_id)
    rows = session.execute(
        _HOLD,
        {
            "group_order_id": place.group_order_id,
            "household_id": place.household_id,
            "products": list(products),
            "now": now,
        },
    ).all()
    if not rows:
        raise NotFound
    terms = rows[0]
    check_actor(actor, place.household_id, terms.centre_id)
    ordering.check_open(terms.state, terms.opens_at, terms.closes_at, now)
    if not terms.active:
        raise Refused("Questa famiglia non partecipa più agli ordini del centro.")
    offers = {row.product_id: row for row in rows if row.id is not None}
    if len(offers) != len(products):
        raise NotFound
    read = session.execute(
        _READ,
        {
            "account_id": terms.account_id,
            "group_order_id": place.group_order_id,
            "booking_id": terms.booking_id,
            "offers": [row.id for row in offers.values()],
        },
    ).all()
    lines = {row.offer_id: row for row in read if row.offer_id is not None}
    return Held(place, terms, offers, lines, read[0].balance, read[0].order_cents)


def _share(session: Session, group_order_id: int) -> None:
    """Hold the order with other bookings; only a change of its state makes this wait."""
    try:
        lock_shared(session, "group_order", group_order_id)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            session.rollback()  # the database refuses every statement until then
            raise Refused("L'ordine si sta chiudendo proprio adesso: riprova tra poco.") from error
        raise


def check_actor(actor: Actor, household_id: int, centre_id: int) -> None:
    """Let members of the household and coordinators of its centre pass; raises NotFound."""
    if not actor.has(MEMBER, "household", household_id):
        actor.require(COORDINATOR, "centre", centre_id)
