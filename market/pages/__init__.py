"""Pages of the house; HANDLERS lists every route."""

from typing import Any

from market.pages import (
    accounts,
    bookings,
    centres,
    closings,
    coordination,
    group_orders,
    hours,
    households,
    members,
    pickups,
    price_files,
    price_lists,
    producers,
    settlements,
    statements,
)

HANDLERS: list[Any] = [
    *bookings.HANDLERS,
    *producers.HANDLERS,
    *price_lists.HANDLERS,
    *price_files.HANDLERS,
    *centres.HANDLERS,
    *coordination.HANDLERS,
    *group_orders.HANDLERS,
    *hours.HANDLERS,
    *closings.HANDLERS,
    *settlements.HANDLERS,
    *households.HANDLERS,
    *members.HANDLERS,
    *accounts.HANDLERS,
    *statements.HANDLERS,
    *pickups.HANDLERS,
]
