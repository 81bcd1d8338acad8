"""What a booking page says of the whole beside its lines: the totals, in words for their reader."""

from typing import NamedTuple

from kit.words import text
from market.bookings.lines import AnsweredLines
from market.bookings.page import BookingPage
from market.bookings.rules.ordering import room_words
from people.actors import Actor
from people.roles import MEMBER


class BookingTotals(NamedTuple):
    """What the household's lines and the whole order come to (cents), and what stands beside."""

    total_label: str
    wanted_cents: int
    bar_detail: str
    order_cents: int
    minimum_cents: int
    missing_cents: int


def of_page(actor: Actor, found: BookingPage) -> BookingTotals:
    """Give them as a page shows them."""
    head = found.head
    own = actor.has(MEMBER, "household", head.household_id)
    return BookingTotals(
        _label(own=own),
        head.wanted_cents,
        _beside(head.transport_cents, head.room, own=own),
        found.order_cents,
        head.minimum_cents,
        found.missing_to_minimum_cents,
    )


def of_answer(actor: Actor, household_id: int, answer: AnsweredLines) -> BookingTotals:
    """Give them as they are once a line is saved."""
    own = actor.has(MEMBER, "household", household_id)
    return BookingTotals(
        _label(own=own),
        answer.wanted_cents,
        _beside(answer.transport_cents, answer.room_cents, own=own),
        answer.order_cents,
        answer.minimum_cents,
        answer.missing_to_minimum_cents,
    )


def _label(*, own: bool) -> str:
    return text.gettext("Il tuo totale") if own else text.gettext("Il totale della famiglia")


def _beside(transport_cents: int, room_cents: int, *, own: bool) -> str:
    """Say what a total has not in it yet, and what may still be booked."""
    room = text.render(room_words(room_cents, own=own))
    if not transport_cents:
        return room
    return text.gettext("più il trasporto, da dividere") + " · " + room
