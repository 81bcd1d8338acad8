"""The sheets for sorting the parcels of an order: by household, by product."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.db import rows
from kit.errors import Message
from kit.paper import typst
from kit.paper.prints import Print
from kit.words.text import day, quantity, render
from market.group_orders import heading
from market.tables.bookings import Booking, BookingLine
from market.tables.centres import Household
from market.tables.orders import Offer


class AssignedLine(NamedTuple):
    """What one household gets of one product."""

    code: str
    household: str
    offer_id: int
    name: str
    unit: str
    sold_as: str
    position: int
    wanted: int
    assigned: int


_ASSIGNED = (
    select(
        Household.code,
        Household.name.label("household"),
        Offer.id.label("offer_id"),
        Offer.name,
        Offer.unit,
        Offer.sold_as,
        Offer.position,
        BookingLine.wanted,
        BookingLine.assigned,
    )
    .select_from(Booking)
    .join(Household, Household.id == Booking.household_id)
    .join(BookingLine, BookingLine.booking_id == Booking.id)
    .join(Offer, Offer.id == BookingLine.offer_id)
    .where(BookingLine.assigned > 0)
    .order_by(Household.code, Offer.position, Offer.id)
)


@dataclass(frozen=True, slots=True)
class SortingSheet:
    """Who gets what, as the templates of both sorting sheets take it."""

    data: dict[str, Any]
    closed_at: datetime | None


def read(session: Session, group_order_id: int) -> SortingSheet:
    """Read who gets what, as both sorting sheets need it (two statements)."""
    head = heading.of(session, group_order_id)
    parcels = rows(session, AssignedLine, _ASSIGNED.where(Booking.group_order_id == group_order_id))
    data = {
        "centre": head.centre,
        "order": f"{head.title}, {head.producer}",
        "delivery_day": day(head.delivery_day),
        "pickup_point": f"{head.pickup_point}, {head.pickup_address}",
        "words": _words(),
        "households": _by_household(parcels),
        "products": _by_product(parcels),
    }
    return SortingSheet(data, head.closed_at)


def printed(template: str, sheet: SortingSheet) -> Print:
    """Prepare one of the sheets: "sorting_by_household.typ" or "sorting_by_product.typ"."""
    return Print(template, sheet.data, sheet.closed_at, limits=typst.SHEET)


def _by_household(parcels: Sequence[AssignedLine]) -> list[dict[str, Any]]:
    grouped: dict[str, list[AssignedLine]] = defaultdict(list)
    for row in parcels:
        grouped[row.code].append(row)
    return [
        {
            "name": rows[0].household,
            "code": code,
            "crate": code,
            "lines": [
                {
                    "product": row.name,
                    "quantity_text": quantity(row.assigned, row.unit),
                    "note": _note(row),
                }
                for row in rows
            ],
        }
        for code, rows in sorted(grouped.items())
    ]


def _by_product(parcels: Sequence[AssignedLine]) -> list[dict[str, Any]]:
    grouped: dict[tuple[int, int], list[AssignedLine]] = defaultdict(list)
    for row in parcels:
        grouped[row.position, row.offer_id].append(row)
    return [
        {
            "name": rows[0].name,
            "unit": rows[0].sold_as,
            "total_text": quantity(sum(row.assigned for row in rows), rows[0].unit),
            "lines": [
                {
                    "crate": row.code,
                    "name": row.household,
                    "quantity_text": quantity(row.assigned, row.unit),
                }
                for row in rows
            ],
        }
        for _key, rows in sorted(grouped.items())
    ]


def _note(row: AssignedLine) -> str:
    if row.assigned == row.wanted:
        return ""
    return render(Message("ne voleva {wanted}", wanted=quantity(row.wanted, row.unit)))


def _words() -> dict[str, str]:
    words = {
        "by_household": Message("Smistamento per famiglia"),
        "by_product": Message("Smistamento per prodotto"),
        "delivery_day": Message("Consegna"),
        "pickup_point": Message("Ritiro"),
        "quantity": Message("Quantità"),
        "product": Message("Prodotto"),
        "household": Message("Famiglia"),
        "crate": Message("Cassetta"),
        "total": Message("Totale"),
        "page": Message("pagina"),
        "of": Message("di"),
    }
    return {key: render(word) for key, word in words.items()}
