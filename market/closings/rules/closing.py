"""Closing a group order: what everybody gets and pays, computed from plain values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kit.errors import Message
from market.catalogue.rules.pricing import line_amount
from market.group_orders.rules import case_completion, cost_split
from market.group_orders.rules.case_completion import Case


@dataclass(frozen=True, slots=True)
class FrozenOffer:
    """A product at its frozen terms."""

    id: int
    case: Case
    price_micros: int
    price_quantity: int
    unit_weight_g: int | None


class BookedLine(NamedTuple):
    """A booking line; `amount_cents` is what `wanted` costs."""

    booking_id: int
    offer_id: int
    wanted: int
    at_most: int
    amount_cents: int


class ChangedLine(NamedTuple):
    """A line that gets another quantity than it asked for, and why."""

    booking_id: int
    offer_id: int
    wanted: int
    at_most: int
    assigned: int
    assigned_cents: int
    reason: Message


class OfferResult(NamedTuple):
    """What is ordered of one product, and what the producer's line of it comes to.

    `cases` is None where cases do not bind.
    """

    offer_id: int
    total: int
    cases: int | None
    owed_cents: int


class BookingResult(NamedTuple):
    """What one booking comes to."""

    booking_id: int
    goods_cents: int
    transport_cents: int
    proof: Message | None


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for the whole order; lines that are not in `changes` get what they want."""

    offers: list[OfferResult]
    changes: list[ChangedLine]
    bookings: list[BookingResult]

    @property
    def goods_cents(self) -> int:
        """What the households pay for their goods."""
        return sum(booking.goods_cents for booking in self.bookings)

    @property
    def rounding_cents(self) -> int:
        """What the producer's lines come to beyond that: each line is rounded once, on its own."""
        return sum(offer.owed_cents for offer in self.offers) - self.goods_cents

    @property
    def transport_cents(self) -> int:
        """What households share of the transport; nothing where nothing comes."""
        return sum(booking.transport_cents for booking in self.bookings)

    @property
    def ordered(self) -> bool:
        """Whether the producer is to bring anything."""
        return any(offer.total for offer in self.offers)


@dataclass(slots=True)
class _Basket:
    """What one booking has so far, in the three measures a cost may be split by."""

    cents: int = 0
    weight_g: int = 0
    thousandths: int = 0


def close(
    offers: Sequence[FrozenOffer],
    keys: Mapping[int, str],
    lines: Iterable[BookedLine],
    transport_cents: int,
    transport_by: str,
) -> Result:
    """Complete cases, price what is assigned, share the transport cost.

    `keys` maps a booking to the public code of its household, which settles ties. The
    result does not depend on the order of anything. Where everything is cut to nothing there
    is no transport to share. Raises Refused when goods that are ordered cannot carry the cost.
    """
    by_offer: dict[int, list[BookedLine]] = defaultdict(list)
    for line in lines:
        by_offer[line.offer_id].append(line)
    baskets = {booking_id: _Basket() for booking_id in keys}
    changes: list[ChangedLine] = []
    results = [
        _close_offer(offer, by_offer.get(offer.id, []), keys, baskets, changes) for offer in offers
    ]
    cost_cents = transport_cents if any(offer.total for offer in results) else 0
    return Result(results, changes, _share(baskets, keys, cost_cents, transport_by))


def _close_offer(
    offer: FrozenOffer,
    lines: list[BookedLine],
    keys: Mapping[int, str],
    baskets: dict[int, _Basket],
    changes: list[ChangedLine],
) -> OfferResult:
    if not offer.case.binds:
        for line in lines:
            _put(baskets[line.booking_id], offer, line.wanted, line.amount_cents)
            reason = case_completion.loose(line)
            if reason is not None:
                changes.append(ChangedLine(*line[:4], 0, 0, reason))
        return _ordered(offer, sum(line.wanted for line in lines), None)
    wishes = [case_completion.Wish(keys[x.booking_id], x.wanted, x.at_most) for x in lines]
    completion = case_completion.complete(offer.case, wishes)
    for line, share in zip(lines, completion.shares, strict=True):
        cents = line.amount_cents
        if share.reason is not None:
            cents = line_amount(offer.price_micros, offer.price_quantity, share.assigned)
            changes.append(ChangedLine(*line[:4], share.assigned, cents, share.reason))
        _put(baskets[line.booking_id], offer, share.assigned, cents)
    return _ordered(offer, completion.total, completion.cases)


def _ordered(offer: FrozenOffer, total: int, cases: int | None) -> OfferResult:
    owed = line_amount(offer.price_micros, offer.price_quantity, total)
    return OfferResult(offer.id, total, cases, owed)


def _put(basket: _Basket, offer: FrozenOffer, quantity: int, cents: int) -> None:
    unit = offer.case.unit
    basket.cents += cents
    basket.weight_g += cost_split.weight_g(quantity, unit, offer.unit_weight_g) or 0
    basket.thousandths += cost_split.thousandths(quantity, unit)


def _share(
    baskets: Mapping[int, _Basket], keys: Mapping[int, str], cents: int, by: str
) -> list[BookingResult]:
    parts = [
        cost_split.Part(keys[booking_id], basket.cents, basket.weight_g, basket.thousandths)
        for booking_id, basket in baskets.items()
    ]
    shares = cost_split.split(cents, by, parts)
    return [
        BookingResult(booking_id, basket.cents, share.cents, share.proof if share.cents else None)
        for (booking_id, basket), share in zip(baskets.items(), shares, strict=True)
    ]
