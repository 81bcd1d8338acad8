"""What stands over everything about a group order: its names, hours, place and costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from market.group_orders.rules import lifecycle
from market.tables.catalogue import Agreement, Producer
from market.tables.centres import Centre, PickupPoint
from market.tables.orders import GroupOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """An order with its producer, centre and pick-up point, read together.

    What knows more of an order extends it, and `HEADINGS` by the columns of the same names.
    """

    id: int
    centre_id: int
    producer_id: int
    pickup_point_id: int
    title: str
    note: str
    state: str
    opens_at: datetime
    closes_at: datetime
    delivery_day: date
    minimum_cents: int
    transport_cents: int
    transport_by: str
    closed_at: datetime | None
    settled_at: datetime | None
    ordered_cents: int | None
    cancelled_at: datetime | None
    cancelled_because: str
    centre: str
    producer: str
    producer_email: str | None
    pickup_point: str
    pickup_address: str
    pickup_hours: str

    @property
    def takes_bookings(self) -> bool:
        """Whether its state lets households book; the hours are asked apart."""
        return lifecycle.takes_bookings(self.state)

    @property
    def assigned(self) -> bool:
        """Whether it is decided who gets how much."""
        return lifecycle.assigned(self.state)

    @property
    def ordered(self) -> bool:
        """Whether closing ordered anything from the producer, also if it was cancelled since."""
        return lifecycle.ordered(self.state) or (self.cancelled and self.closed_at is not None)

    @property
    def past(self) -> bool:
        """Whether nothing more will happen."""
        return lifecycle.past(self.state)

    @property
    def cancelled(self) -> bool:
        """Whether it will never come."""
        return self.state == lifecycle.CANCELLED


_OWN = (
    *("id", "centre_id", "producer_id", "pickup_point_id", "title", "note", "state"),
    *("opens_at", "closes_at", "delivery_day"),
    *("minimum_cents", "transport_cents", "transport_by"),
    *("closed_at", "settled_at", "ordered_cents", "cancelled_at", "cancelled_because"),
)
HEADINGS: Select[Any] = (
    select(
        *(getattr(GroupOrder, name) for name in _OWN),
        Centre.name.label("centre"),
        Producer.name.label("producer"),
        Agreement.email.label("producer_email"),
        PickupPoint.name.label("pickup_point"),
        PickupPoint.address.label("pickup_address"),
        PickupPoint.note.label("pickup_hours"),
    )
    .select_from(GroupOrder)
    .join(Centre, Centre.id == GroupOrder.centre_id)
    .join(Producer, Producer.id == GroupOrder.producer_id)
    .join(
        Agreement,
        (Agreement.centre_id == GroupOrder.centre_id)
        & (Agreement.producer_id == GroupOrder.producer_id),
    )
    .join(PickupPoint, PickupPoint.id == GroupOrder.pickup_point_id)
)
"""All headings; whoever reads some adds columns, joins and conditions."""

Headed = TypeVar("Headed", bound=Heading)


def of(session: Session, group_order_id: int) -> Heading:
    """Return the heading of an order (one statement); raises NotFound."""
    found = read(session, Heading, HEADINGS.where(GroupOrder.id == group_order_id))
    if not found:
        raise NotFound
    return found[0]


def read(session: Session, kind: type[Headed], statement: Select[Any]) -> Sequence[Headed]:
    """Read the headings a statement selects, as `kind`: a Heading with the columns it added."""
    return [kind(**row._mapping) for row in session.execute(statement)]
