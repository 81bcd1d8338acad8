"""The dry run: the result of closing for every household, with nothing written."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from kit.errors import Message, Refused
from market import audiences
from market.audiences import HouseholdAudience
from market.closings.books import Books, OfferRow, OrderRow, read
from market.closings.missing import Issue, whats_missing
from market.closings.rules import closing
from market.group_orders import progress
from market.group_orders.rules import lifecycle
from people.actors import Actor
from people.roles import COORDINATOR


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """A line that gets another quantity than it asked for, in words."""

    offer_id: int
    name: str
    unit: str
    wanted: int
    at_most: int
    assigned: int
    reason: Message


@dataclass(frozen=True, slots=True)
class HouseholdOutcome:
    """What one household gets and will pay when the delivery is settled."""

    booking_id: int
    household_id: int
    code: str
    name: str
    wanted_cents: int
    goods_cents: int
    transport_cents: int
    transport_proof: Message | None
    changes: list[LineOutcome]

    @property
    def total_cents(self) -> int:
        """Goods and transport."""
        return self.goods_cents + self.transport_cents


@dataclass(frozen=True, slots=True)
class OfferOutcome:
    """What is ordered of one product, and what its line comes to for the producer.

    `cases` is None where cases do not bind.
    """

    offer_id: int
    name: str
    unit: str
    case_size: int
    wanted: int
    total: int
    cases: int | None
    owed_cents: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """The whole result. `token` stands for exactly the bookings it was computed from.

    `order` is what it is ordered under: until when, for which day, where its sheet goes.
    Households pay `goods_cents`, the producer is owed `rounding_cents` more (or less).
    """

    token: str
    order: OrderRow
    offers: list[OfferOutcome]
    households: list[HouseholdOutcome]
    goods_cents: int
    rounding_cents: int
    transport_cents: int
    audience: HouseholdAudience

    @property
    def ordered(self) -> bool:
        """Whether the producer would be asked for anything."""
        return any(offer.total for offer in self.offers)

    @property
    def owed_cents(self) -> int:
        """What the producer's lines come to."""
        return self.goods_cents + self.rounding_cents

    def parts(self) -> dict[str, str]:
        """Give what its page shows, as `kit.shown` compares it; what others follow from first."""
        found = {f"wanted-{each.booking_id}": str(each.wanted_cents) for each in self.households}
        for offer in self.offers:
            found[f"offer-{offer.offer_id}"] = f"{offer.wanted} {offer.total} {offer.owed_cents}"
        for each in self.households:
            lines = [
                (line.offer_id, line.wanted, line.at_most, line.assigned) for line in each.changes
            ]
            result = f"{each.goods_cents} {each.transport_cents} {lines}"
            found[f"result-{each.booking_id}"] = result
        return {**found, **self._terms(), **self.audience.parts()}

    def _terms(self) -> dict[str, str]:
        return {
            "closes": self.order.closes_at.isoformat(),
            "delivery": self.order.delivery_day.isoformat(),
            "sheet": self.order.producer_email or "",
        }

    def named(self, part: str) -> Message:
        """Put one of the parts into words; what is gone has no name any more."""
        kind, _, id_ = part.partition("-")
        households = {str(each.booking_id): each.name for each in self.households}
        offers = {str(each.offer_id): each.name for each in self.offers}
        if kind == "offer" and id_ in offers:
            return Message("quanto si ordina di {product}", product=offers[id_])
        if kind == "wanted" and id_ in households:
            return Message("la prenotazione di {household}", household=households[id_])
        if kind == "result" and id_ in households:
            return Message("il risultato di {household}", household=households[id_])
        return _NAMES.get(part, Message("una prenotazione che non c'è più"))


_NAMES = {
    **audiences.PARTS,
    "closes": Message("fino a quando si prenota"),
    "delivery": Message("il giorno della consegna"),
    "sheet": Message("l'indirizzo a cui va il foglio d'ordine"),
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The page before closing: what is still wrong, and the dry run, of one moment."""

    issues: list[Issue]
    result: DryRun


def rehearse(session: Session, actor: Actor, group_order_id: int, now: datetime) -> Rehearsal:
    """Say what is still wrong and what closing now would give everybody (three statements).

    For coordinators of the order's centre; nothing is written. Raises Refused when the order
    cannot be closed, NotFound.
    """
    books = _read(session, actor, group_order_id)
    shared = True
    try:
        computed = compute(books)
    except Refused:  # nothing carries the transport: all the rest is shown without it
        order = books.order._replace(transport_cents=0)
        computed, shared = compute(replace(books, order=order)), False
    result = present(session, books, computed)
    issues = whats_missing(session, books, now, ordered=result.ordered, shared=shared)
    return Rehearsal(issues, result)


def dry_run(session: Session, actor: Actor, group_order_id: int) -> DryRun:
    """Compute what closing now would give every household (two statements that write nothing).

    For coordinators of the order's centre. Raises Refused when the order cannot be closed,
    NotFound.
    """
    books = _read(session, actor, group_order_id)
    return present(session, books, compute(books))


def _read(session: Session, actor: Actor, group_order_id: int) -> Books:
    books = read(session, group_order_id)
    actor.require(COORDINATOR, "centre", books.order.centre_id)
    lifecycle.after(books.order.state, "close")
    return books


def compute(books: Books) -> closing.Result:
    """Ask the rules what these books come to."""
    offers = [
        closing.FrozenOffer(
            row.id,
            progress.case_of(row),
            row.price_micros,
            row.price_quantity,
            row.unit_weight_g,
        )
        for row in books.offers
    ]
    return closing.close(
        offers,
        {row.id: row.code for row in books.bookings},
        books.lines,
        books.order.transport_cents,
        books.order.transport_by,
    )


def present(session: Session, books: Books, result: closing.Result) -> DryRun:
    """Put names to a result, and say who is written to (one statement).

    Those with a change; where nothing is ordered everybody who booked.
    """
    offers = {row.id: row for row in books.offers}
    changes: dict[int, list[LineOutcome]] = defaultdict(list)
    for change in result.changes:
        offer = offers[change.offer_id]
        changes[change.booking_id].append(
            LineOutcome(offer.id, offer.name, offer.unit, *change[2:5], change.reason)
        )
    households = [
        HouseholdOutcome(
            row.id,
            row.household_id,
            row.code,
            row.name,
            row.wanted_cents,
            *outcome[1:],
            changes=changes.get(row.id, []),
        )
        for row, outcome in zip(books.bookings, result.bookings, strict=True)
    ]
    told = {each.household_id for each in households if each.changes or not result.ordered}
    return DryRun(
        books.token,
        books.order,
        [_offer(offers[outcome.offer_id], outcome) for outcome in result.offers],
        households,
        result.goods_cents,
        result.rounding_cents,
        result.transport_cents,
        audiences.audience(session, books.order.id, lambda r: r.household_id in told),
    )


def _offer(row: OfferRow, outcome: closing.OfferResult) -> OfferOutcome:
    return OfferOutcome(row.id, row.name, row.unit, row.case_size, row.wanted, *outcome[1:])
