"""Changing a household's booking: one line, or a whole page at once.

Five statements whatever the size: hold the order (shared); hold the booking, the offers in
ascending id and the household; read what only those holds make true (lines, balance); write
lines and counters; record. The rules decide between reading and writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from kit.errors import Refused
from market.bookings.changes import Change, record, write
from market.bookings.holds import Held, Place, hold
from market.bookings.rules import ordering
from market.catalogue.rules.pricing import line_amount
from market.group_orders.progress import case_progress, stock_left
from market.group_orders.rules.case_completion import Progress
from people.actors import Actor

_NONE = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a household would like of one product, in the product's smallest unit."""

    product_id: int
    wanted: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line after the answer: its quantities, amounts, the offer's progress, or why not.

    With a `refusal` the quantities are those kept from before. `left` is what the product
    still has for everybody, None without a limit.
    """

    product_id: int
    offer_id: int
    wanted: int
    at_most: int
    amount_cents: int
    at_most_cents: int
    offer_wanted: int
    left: int | None
    case: Progress | None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page shows after saving: the lines, the household's and the order's totals."""

    booking_id: int
    lines: list[Line]
    wanted_cents: int
    committed_cents: int
    room_cents: int
    order_cents: int
    missing_to_minimum_cents: int

    @property
    def refused(self) -> list[Line]:
        """The lines that were not saved."""
        return [line for line in self.lines if line.refusal is not None]


def set_line(session: Session, actor: Actor, place: Place, ask: Ask, now: datetime) -> Answer:
    """Change one line of a household's booking, for its members and its coordinators.

    Writes at the order's frozen price, moves the offer's counters and the household's
    commitment. Raises Refused (closed, quantity, stock, credit) and NotFound.
    """
    answer = _set(session, actor, place, [ask], now)
    for line in answer.refused:
        if line.refusal is not None:
            raise line.refusal
    return answer


def set_lines(
    session: Session, actor: Actor, place: Place, asks: Sequence[Ask], now: datetime
) -> Answer:
    """Change many lines at once: each is saved or refused on its own, in the order given.

    Lines that lower the commitment go first, so that they make room for the others. Raises
    Refused when the order takes no bookings at all, NotFound for a product not offered.
    """
    return _set(session, actor, place, asks, now)


def _set(
    session: Session, actor: Actor, place: Place, asks: Sequence[Ask], now: datetime
) -> Answer:
    if len({ask.product_id for ask in asks}) != len(asks):
        raise ValueError("one line per product")
    held = hold(session, actor, place, [ask.product_id for ask in asks], now)
    changes: dict[int, Change] = {}
    refusals: dict[int, Refused] = {}
    room = held.room_cents
    for change in sorted(_changes(held, asks, refusals), key=lambda x: x.more[3] > 0):
        try:
            ordering.check_credit(room, change.more[3])
        except Refused as refusal:
            refusals[change.product_id] = refusal
            continue
        changes[change.product_id] = change
        room -= change.more[3]
    if changes:
        write(session, held, list(changes.values()), now)
        record(session, actor, held, list(changes.values()), now)
    return _answer(held, asks, changes, refusals)


def _changes(held: Held, asks: Sequence[Ask], refusals: dict[int, Refused]) -> list[Change]:
    found = []
    for ask in asks:
        try:
            change = _change(held, ask)
        except Refused as refusal:
            refusals[ask.product_id] = refusal
            continue
        if (change.wanted, change.at_most) != change.before[:2]:
            found.append(change)
    return found


def _change(held: Held, ask: Ask) -> Change:
    offer = held.offers[ask.product_id]
    line = held.lines.get(offer.id)
    before = (line.wanted, line.at_most, line.amount_cents, line.at_most_cents) if line else _NONE
    terms = ordering.Terms(offer.unit, offer.step, offer.minimum, offer.maximum, offer.available)
    if (ask.wanted, ask.at_most) != before[:2]:
        ordering.check_quantity(terms, ask.wanted, ask.at_most)
        ordering.check_stock(terms, offer.wanted - before[0], ask.wanted, before[0])
    return Change(
        ask.product_id,
        offer.id,
        ask.wanted,
        ask.at_most,
        line_amount(offer.price_cents, offer.price_quantity, ask.wanted),
        line_amount(offer.price_cents, offer.price_quantity, ask.at_most),
        before,
    )


def _answer(
    held: Held, asks: Sequence[Ask], changes: dict[int, Change], refusals: dict[int, Refused]
) -> Answer:
    more = sum(change.more[2] for change in changes.values())
    committed = sum(change.more[3] for change in changes.values())
    order_cents = held.order_cents + more
    return Answer(
        booking_id=held.terms.booking_id,
        lines=[
            _line(held, ask.product_id, changes.get(ask.product_id), refusals.get(ask.product_id))
            for ask in asks
        ],
        wanted_cents=held.terms.booking_wanted_cents + more,
        committed_cents=held.terms.committed_cents + committed,
        room_cents=held.room_cents - committed,
        order_cents=order_cents,
        missing_to_minimum_cents=max(held.terms.minimum_cents - order_cents, 0),
    )


def _line(held: Held, product_id: int, change: Change | None, refusal: Refused | None) -> Line:
    offer = held.offers[product_id]
    counters = _Counters(offer, change.more if change else _NONE)
    line = held.lines.get(offer.id)
    if change:
        kept = (change.wanted, change.at_most, change.amount, change.most_amount)
    else:
        kept = (line.wanted, line.at_most, line.amount_cents, line.at_most_cents) if line else _NONE
    return Line(
        product_id,
        offer.id,
        *kept,
        offer_wanted=counters.wanted,
        left=stock_left(counters),
        case=case_progress(counters),
        refusal=refusal,
    )


class _Counters:
    """An offer's row with its counters as they are after this change."""

    def __init__(self, offer: Row[Any], more: tuple[int, int, int, int]) -> None:
        self.unit, self.step, self.available = offer.unit, offer.step, offer.available
        self.case_size, self.whole_cases = offer.case_size, offer.whole_cases
        self.wanted, self.at_most = offer.wanted + more[0], offer.at_most + more[1]
