"""Pages of the house; HANDLERS lists every route."""

from typing import Any

from market.pages import bookings

HANDLERS: list[Any] = [*bookings.HANDLERS]
