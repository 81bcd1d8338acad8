"""Changed lines of a held booking, written together with every counter they move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from kit.hot import Hot
from market.bookings.holds import Held, LineSums


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line the rules let through, as it was and as it is to be."""

    product_id: int
    offer_id: int
    before: LineSums
    after: LineSums

    @property
    def more(self) -> LineSums:
        """What it adds to every counter."""
        return LineSums(*(a - b for a, b in zip(self.after, self.before, strict=True)))

    @property
    def more_lines(self) -> int:
        """1 where the line begins to count, -1 where it ceases to: it has an "at most"."""
        return (self.after.at_most > 0) - (self.before.at_most > 0)


class _Written(NamedTuple):
    counted: int
    committed: int


_WRITE = Hot(
    _Written,
    """
    with asked as (
        select * from unnest(%(offers)s::bigint[], %(wanted)s::bigint[], %(at_most)s::bigint[],
            %(amount)s::bigint[], %(most_amount)s::bigint[], %(more)s::bigint[],
            %(more_at_most)s::bigint[], %(more_cents)s::bigint[], %(more_households)s::bigint[]
        ) as a(offer_id, wanted, at_most, amount, most_amount, more, more_at_most, more_cents,
            more_households)
    ), counted as (
        update offer f set wanted = f.wanted + a.more, at_most = f.at_most + a.more_at_most,
            wanted_cents = f.wanted_cents + a.more_cents,
            households = f.households + a.more_households
        from asked a where f.id = a.offer_id
            and (f.available is null or a.more <= 0 or f.wanted + a.more <= f.available)
        returning f.id
    ), written as (
        insert into booking_line
            (booking_id, offer_id, wanted, at_most, amount_cents, at_most_cents, updated_at)
        select %(booking_id)s, offer_id, wanted, at_most, amount, most_amount, %(now)s from asked
        on conflict (booking_id, offer_id) do update set wanted = excluded.wanted,
            at_most = excluded.at_most, amount_cents = excluded.amount_cents,
            at_most_cents = excluded.at_most_cents, updated_at = excluded.updated_at
    ), booked as (
        update booking set wanted_cents = wanted_cents + %(raise_wanted)s,
            committed_cents = committed_cents + %(raise_committed)s,
            lines = lines + %(more_lines)s
        where id = %(booking_id)s
    ), committed as (
        update household set commitment_cents = commitment_cents + %(raise_committed)s
        where id = %(household_id)s and (%(raise_committed)s <= 0
            or commitment_cents + %(raise_committed)s <= %(balance)s + limit_cents)
        returning id
    )
    select (select count(*) from counted) as counted, (select count(*) from committed) as committed
    """,
)


def write(session: Session, held: Held, changes: Sequence[LineChange], now: datetime) -> None:
    """Write the lines and move offers, booking and commitment by their differences.

    The counters move by conditional updates: under the held rows they cannot fail.
    """
    more = [change.more for change in changes]
    more_lines = [change.more_lines for change in changes]
    written = _WRITE.rows(
        session,
        {
            "offers": [change.offer_id for change in changes],
            "wanted": [change.after.wanted for change in changes],
            "at_most": [change.after.at_most for change in changes],
            "amount": [change.after.amount_cents for change in changes],
            "most_amount": [change.after.at_most_cents for change in changes],
            "more": [sums.wanted for sums in more],
            "more_at_most": [sums.at_most for sums in more],
            "more_cents": [sums.amount_cents for sums in more],
            "more_households": more_lines,
            "raise_wanted": sum(sums.amount_cents for sums in more),
            "raise_committed": sum(sums.at_most_cents for sums in more),
            "more_lines": sum(more_lines),
            "booking_id": held.terms.booking_id,
            "household_id": held.key.household_id,
            "balance": held.balance_cents,
            "now": now,
        },
    )
    if written != [(len(changes), 1)]:
        raise AssertionError("a counter moved although its row was held")
