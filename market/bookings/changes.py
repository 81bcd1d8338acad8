"""Writing changed lines together with every counter they move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import audit
from market.bookings.holds import Held
from market.tables.bookings import Booking
from people.actors import Actor

_WRITE = text("""
    with asked as (
        select * from unnest(cast(:offers as bigint[]), cast(:wanted as bigint[]),
            cast(:at_most as bigint[]), cast(:amount as bigint[]), cast(:most_amount as bigint[]),
            cast(:more as bigint[]), cast(:more_at_most as bigint[]), cast(:more_cents as bigint[])
        ) as a(offer_id, wanted, at_most, amount, most_amount, more, more_at_most, more_cents)
    ), counted as (
        update offer f set wanted = f.wanted + a.more, at_most = f.at_most + a.more_at_most,
            wanted_cents = f.wanted_cents + a.more_cents
        from asked a where f.id = a.offer_id
            and (f.available is null or a.more <= 0 or f.wanted + a.more <= f.available)
        returning f.id
    ), written as (
        insert into booking_line
            (booking_id, offer_id, wanted, at_most, amount_cents, at_most_cents, updated_at)
        select :booking_id, offer_id, wanted, at_most, amount, most_amount, :now from asked
        on conflict (booking_id, offer_id) do update set wanted = excluded.wanted,
            at_most = excluded.at_most, amount_cents = excluded.amount_cents,
            at_most_cents = excluded.at_most_cents, updated_at = excluded.updated_at
    ), booked as (
        update booking set wanted_cents = wanted_cents + :raise_wanted,
            committed_cents = committed_cents + :raise_committed
        where id = :booking_id
    ), committed as (
        update household set commitment_cents = commitment_cents + :raise_committed
        where id = :household_id and (:raise_committed <= 0
            or commitment_cents + :raise_committed <= :balance + limit_cents)
        returning id
    )
    select (select count(*) from counted) as counted, (select count(*) from committed) as committed
""")


@dataclass(frozen=True, slots=True)
class Change:
    """A line the rules let through, with what it adds to every counter."""

    product_id: int
    offer_id: int
    wanted: int
    at_most: int
    amount: int
    most_amount: int
    before: tuple[int, int, int, int]

    @property
    def more(self) -> tuple[int, int, int, int]:
        """Differences of wanted, at most, amount and amount at most."""
        now = (self.wanted, self.at_most, self.amount, self.most_amount)
        wanted, at_most, amount, most = (a - b for a, b in zip(now, self.before, strict=True))
        return wanted, at_most, amount, most


def write(session: Session, held: Held, changes: Sequence[Change], now: datetime) -> None:
    """Write the lines and move offers, booking and commitment by their differences.

    The counters move by conditional updates: under the held rows they cannot fail.
    """
    written = session.execute(
        _WRITE,
        {
            "offers": [change.offer_id for change in changes],
            "wanted": [change.wanted for change in changes],
            "at_most": [change.at_most for change in changes],
            "amount": [change.amount for change in changes],
            "most_amount": [change.most_amount for change in changes],
            "more": [change.more[0] for change in changes],
            "more_at_most": [change.more[1] for change in changes],
            "more_cents": [change.more[2] for change in changes],
            "raise_wanted": sum(change.more[2] for change in changes),
            "raise_committed": sum(change.more[3] for change in changes),
            "booking_id": held.terms.booking_id,
            "household_id": held.place.household_id,
            "balance": held.balance_cents,
            "now": now,
        },
    ).one()
    if written.counted != len(changes) or written.committed != 1:
        raise AssertionError("a counter moved although its row was held")


def record(
    session: Session, actor: Actor, held: Held, changes: Sequence[Change], now: datetime
) -> None:
    """Write one audit row: product id to (wanted, at most), before and after."""
    audit.record(
        session,
        actor,
        "lines_set",
        audit.of(Booking, held.terms.booking_id),
        now,
        before={str(change.product_id): list(change.before[:2]) for change in changes},
        after={str(change.product_id): [change.wanted, change.at_most] for change in changes},
    )
