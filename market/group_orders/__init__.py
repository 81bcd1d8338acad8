"""Group orders: opening, finding, watching and cancelling them."""

from market.group_orders.finding import change, get, overview
from market.group_orders.opening import Terms, cancel, open_, prolong
from market.group_orders.watching import (
    SharedOffer,
    SharedProgress,
    case_of,
    case_progress,
    shared_progress,
    stock_left,
)

__all__ = [
    "SharedOffer",
    "SharedProgress",
    "Terms",
    "cancel",
    "case_of",
    "case_progress",
    "change",
    "get",
    "open_",
    "overview",
    "prolong",
    "shared_progress",
    "stock_left",
]
