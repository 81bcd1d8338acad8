"""What whoever runs an order has to do next, told from its state and the clock."""

from datetime import date, datetime
from enum import StrEnum

from market.group_orders.rules import lifecycle


class Step(StrEnum):
    """The one thing an order waits for."""

    OPENING = "opening"  # it opens by itself at its hour
    BOOKINGS = "bookings"  # households are booking
    CLOSE = "close"  # its hour has passed: close it
    DELIVERY = "delivery"  # ordered from the producer, not here yet
    SETTLE = "settle"  # the delivery day has come: say that it arrived
    NONE = "none"  # settled or cancelled


DUE = frozenset({Step.CLOSE, Step.SETTLE})
"""The steps somebody has to take now."""


def of(
    state: str,
    opens_at: datetime,
    closes_at: datetime,
    delivery_day: date,
    *,
    now: datetime,
    today: date,
) -> Step:
    """Name the next step; `today` is the day in Rome at `now`."""
    if state == lifecycle.OPEN:
        if now >= closes_at:
            return Step.CLOSE
        return Step.BOOKINGS if now >= opens_at else Step.OPENING
    if state == lifecycle.CLOSED:
        return Step.SETTLE if today >= delivery_day else Step.DELIVERY
    return Step.NONE
