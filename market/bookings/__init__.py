"""A household's booking: holding it, changing it, reading its page."""

from market.bookings.changing import Answer, Ask, Line, set_line, set_lines
from market.bookings.holding import Place
from market.bookings.reading import BookingPage, counters_of, offer_of, page_of

__all__ = [
    "Answer",
    "Ask",
    "BookingPage",
    "Line",
    "Place",
    "counters_of",
    "offer_of",
    "page_of",
    "set_line",
    "set_lines",
]
