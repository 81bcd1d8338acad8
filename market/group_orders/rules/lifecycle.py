"""The states of a group order and the acts that lead from one to the next."""

from kit.errors import Message, Refused

OPEN, CLOSED, SETTLED, CANCELLED = "open", "closed", "settled", "cancelled"

TRANSITIONS: dict[tuple[str, str], str] = {
    (OPEN, "close"): CLOSED,
    (OPEN, "cancel"): CANCELLED,
    (CLOSED, "cancel"): CANCELLED,
    (CLOSED, "settle"): SETTLED,
}

_NAMES = {
    OPEN: Message("L'ordine è ancora aperto."),
    CLOSED: Message("L'ordine è già chiuso."),
    SETTLED: Message("L'ordine è già stato consegnato e addebitato."),
    CANCELLED: Message("L'ordine è stato annullato."),
}


def after(state: str, act: str) -> str:
    """Return the state an act leads to; raises Refused where it is not allowed in `state`."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise Refused(_NAMES[state]) from None


def acts(state: str) -> tuple[str, ...]:
    """Name the acts that are legal now, in the order a page shows them."""
    return tuple(act for (origin, act) in TRANSITIONS if origin == state)
