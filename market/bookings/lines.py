"""Changing a household's booking: one line, or a whole page at once.

Five statements whatever the size: hold the order (shared); hold the booking, the offers in
ascending id and the household; read what only those holds make true (lines, balance); write
lines and counters; record. The rules decide between reading and writing. What a page asks is
compared with what it had shown under the same hold (`kit.shown`), quantity by quantity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kit import audit
from kit.errors import Refused
from market.bookings.changes import LineChange, write
from market.bookings.holds import NOTHING, Held, LineSums, hold
from market.bookings.keys import BookingKey
from market.bookings.line_marks import LineMarks, Overtaken, met
from market.bookings.rules import ordering
from market.catalogue.rules.measures import Measure, asked_in
from market.catalogue.rules.pricing import line_amount
from market.group_orders.progress import case_progress, stock_left
from market.group_orders.rules.case_completion import CaseProgress
from market.tables.bookings import Booking
from people.actors import Actor


@dataclass(frozen=True, slots=True)
class Ask:
    """What a household would like of one product, in the product's smallest unit.

    `shown` are the marks of the line as the page had shown it (`line_marks`), empty where it
    showed nothing; None where no page asks.
    """

    product_id: int
    wanted: int
    at_most: int
    shown: LineMarks | None = None


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """A line after an ask: its quantities, amounts, the offer's progress, or why not.

    With a `refusal` the quantities are those kept from before. `left` is what the product
    still has for everybody, None without a limit; `per` is the unit it is asked in.
    """

    product_id: int
    per: Measure
    sums: LineSums
    left: int | None
    case: CaseProgress | None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class AnsweredLines:
    """What a page shows after saving: the lines, the household's and the order's totals."""

    lines: list[AnsweredLine]
    wanted_cents: int
    committed_cents: int
    room_cents: int
    order_cents: int
    minimum_cents: int
    transport_cents: int
    missing_to_minimum_cents: int

    @property
    def refused(self) -> list[AnsweredLine]:
        """The lines that were not saved."""
        return [line for line in self.lines if line.refusal is not None]


def set_line(
    session: Session, actor: Actor, key: BookingKey, ask: Ask, now: datetime
) -> AnsweredLines:
    """Change one line of a household's booking, for its members and its coordinators.

    Writes at the order's frozen price, moves the offer's counters and the household's
    commitment. Raises Refused (closed, quantity, stock, credit), Overtaken where somebody else
    changed it since it was shown, NotFound.
    """
    answer = _set(session, actor, key, [ask], now)
    (line,) = answer.lines
    if line.refusal is not None:
        raise line.refusal
    if line.sums[:2] != (ask.wanted, ask.at_most):
        # The page was left as it was shown. Of many lines that one stays as it is now; whoever
        # asks for this one alone has looked at it, and is told.
        raise Overtaken(line.per, line.sums[:2], (ask.wanted, ask.at_most))
    return answer


def set_lines(
    session: Session, actor: Actor, key: BookingKey, asks: Sequence[Ask], now: datetime
) -> AnsweredLines:
    """Change many lines at once: each is saved or refused on its own, in the order given.

    Lines that lower the commitment go first, so that they make room for the others. A line
    that its page left as it was shown stays as it is now. Raises Refused when the order takes
    no bookings at all, NotFound for a product not offered.
    """
    return _set(session, actor, key, asks, now)


def _set(
    session: Session, actor: Actor, key: BookingKey, asks: Sequence[Ask], now: datetime
) -> AnsweredLines:
    if len({ask.product_id for ask in asks}) != len(asks):
        raise ValueError("one line per product")
    held = hold(session, actor, key, [ask.product_id for ask in asks], now)
    changes: dict[int, LineChange] = {}
    refusals: dict[int, Refused] = {}
    room = held.room_cents
    for change in sorted(_changes(held, asks, refusals), key=lambda x: x.more.at_most_cents > 0):
        more_cents = change.more.at_most_cents
        try:
            ordering.check_credit(room, more_cents)
        except Refused as refusal:
            refusals[change.product_id] = refusal
            continue
        changes[change.product_id] = change
        room -= more_cents
    if changes:
        write(session, held, list(changes.values()), now)
        _record(session, actor, held, list(changes.values()), now)
    return _answer(held, asks, changes, refusals)


def _changes(held: Held, asks: Sequence[Ask], refusals: dict[int, Refused]) -> list[LineChange]:
    found = []
    for ask in asks:
        try:
            change = _change(held, ask)
        except Refused as refusal:
            refusals[ask.product_id] = refusal
            continue
        if change is not None:
            found.append(change)
    return found


def _change(held: Held, ask: Ask) -> LineChange | None:
    """Give what an ask changes of a line, None for nothing; raises Refused."""
    offer = held.offers[ask.product_id]
    before = held.lines.get(offer.id, NOTHING)
    asked = (ask.wanted, ask.at_most)
    per = asked_in(offer.unit, offer.price_quantity)
    found = met(before[:2], asked, ask.shown)
    if found is None:
        raise Overtaken(per, before[:2], asked)
    if found == before[:2]:
        return None
    terms = ordering.LineTerms(
        offer.unit, per.quantity, offer.step, offer.minimum, offer.maximum, offer.available
    )
    wanted, at_most = found
    ordering.check_quantity(terms, wanted, at_most)
    ordering.check_stock(terms, offer.wanted - before.wanted, wanted, before.wanted)
    after = LineSums(
        wanted,
        at_most,
        line_amount(offer.price_micros, offer.price_quantity, wanted),
        line_amount(offer.price_micros, offer.price_quantity, at_most),
    )
    return LineChange(ask.product_id, offer.id, before, after)


def _record(
    session: Session, actor: Actor, held: Held, changes: Sequence[LineChange], now: datetime
) -> None:
    """Write one audit row: product id to (wanted, at most), before and after."""
    audit.record(
        session,
        actor,
        "lines_set",
        audit.of(Booking, held.terms.booking_id),
        now,
        before={str(change.product_id): list(change.before[:2]) for change in changes},
        after={str(change.product_id): list(change.after[:2]) for change in changes},
    )


def _answer(
    held: Held,
    asks: Sequence[Ask],
    changes: dict[int, LineChange],
    refusals: dict[int, Refused],
) -> AnsweredLines:
    more = [change.more for change in changes.values()]
    wanted_more = sum(sums.amount_cents for sums in more)
    committed_more = sum(sums.at_most_cents for sums in more)
    order_cents = held.order_cents + wanted_more
    return AnsweredLines(
        lines=[
            _line(held, ask.product_id, changes.get(ask.product_id), refusals.get(ask.product_id))
            for ask in asks
        ],
        wanted_cents=held.terms.booking_wanted_cents + wanted_more,
        committed_cents=held.terms.committed_cents + committed_more,
        room_cents=held.room_cents - committed_more,
        order_cents=order_cents,
        minimum_cents=held.terms.minimum_cents,
        transport_cents=held.terms.transport_cents,
        missing_to_minimum_cents=max(held.terms.minimum_cents - order_cents, 0),
    )


def _line(
    held: Held, product_id: int, change: LineChange | None, refusal: Refused | None
) -> AnsweredLine:
    offer = held.offers[product_id]
    sums = held.lines.get(offer.id, NOTHING)
    if change:
        sums, more = change.after, change.more
        offer = offer._replace(
            wanted=offer.wanted + more.wanted, at_most=offer.at_most + more.at_most
        )
    left, case = stock_left(offer), case_progress(offer)
    per = asked_in(offer.unit, offer.price_quantity)
    return AnsweredLine(product_id, per, sums, left, case, refusal)
