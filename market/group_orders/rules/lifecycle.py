"""The states of a group order, the acts that lead from one to the next, and whose they are.

What a state means is asked here by its meaning (who holds credit, what is assigned), so that
a new state is decided once.
"""

from typing import Literal

from kit.errors import Message, Refused

Act = Literal["prolong", "close", "settle", "cancel"]

OPEN, CLOSED, SETTLED, CANCELLED = "open", "closed", "settled", "cancelled"
EMPTY = "empty"
"""Closed, and nothing is ordered: everything wanted was cut."""
STATES = (OPEN, CLOSED, SETTLED, CANCELLED, EMPTY)

TAKING_BOOKINGS = (OPEN,)
"""Households may book, within the order's hours."""
UNDER_WAY = (OPEN, CLOSED)
"""Somebody still has to do something."""
HOLDING_CREDIT = (OPEN, CLOSED)
"""What households booked is held back of their credit."""
ASSIGNED = (CLOSED, SETTLED, EMPTY)
"""It is decided who gets how much, and what the transport costs each."""
ORDERED = (CLOSED, SETTLED)
"""The producer is to bring something, and its transport is shared."""
HANDED_OUT = (OPEN, CLOSED, SETTLED)
"""There is, or will be, something to pick up."""
PAST = (SETTLED, CANCELLED, EMPTY)
"""Nothing more will happen."""

TRANSITIONS: dict[tuple[str, Act], str] = {
    (OPEN, "prolong"): OPEN,
    (OPEN, "close"): CLOSED,
    (OPEN, "cancel"): CANCELLED,
    (CLOSED, "cancel"): CANCELLED,
    (CLOSED, "settle"): SETTLED,
}
# Roles in the order's centre, by the names that people.roles grants them under.
ACTORS: dict[Act, tuple[str, ...]] = {
    "prolong": ("coordinator",),
    "close": ("coordinator",),
    "settle": ("coordinator", "treasurer"),
    "cancel": ("coordinator",),
}

_NAMES = {
    OPEN: Message("L'ordine è ancora aperto."),
    CLOSED: Message("L'ordine è già chiuso."),
    SETTLED: Message("L'ordine è già stato consegnato e addebitato."),
    CANCELLED: Message("L'ordine è stato annullato."),
    EMPTY: Message("L'ordine è già chiuso, senza ordinare niente."),
}


def takes_bookings(state: str) -> bool:
    """Whether households may book in this state; the hours are asked apart."""
    return state in TAKING_BOOKINGS


def holds_credit(state: str) -> bool:
    """Whether what households booked is held back of their credit."""
    return state in HOLDING_CREDIT


def assigned(state: str) -> bool:
    """Whether it is decided who gets how much."""
    return state in ASSIGNED


def ordered(state: str) -> bool:
    """Whether the producer is to bring something, or has brought it."""
    return state in ORDERED


def past(state: str) -> bool:
    """Whether nothing more will happen."""
    return state in PAST


def after(state: str, act: Act) -> str:
    """Return the state an act leads to; raises Refused where it is not allowed in `state`."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise Refused(_NAMES[state]) from None


def closing(state: str, *, ordered: bool) -> str:
    """Return the state closing leads to: CLOSED, or EMPTY where nothing is ordered.

    Raises Refused where an order in `state` cannot be closed.
    """
    closed = after(state, "close")
    return closed if ordered else EMPTY


def acts(state: str) -> tuple[Act, ...]:
    """Name the acts that are legal now, in the order a page shows them."""
    return tuple(act for (origin, act) in TRANSITIONS if origin == state)


def may(act: Act, role: str, state: str) -> bool:
    """Whether somebody with this role in the order's centre may do this now."""
    return role in ACTORS[act] and (state, act) in TRANSITIONS
