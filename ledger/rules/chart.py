"""The chart of accounts: which kinds there are, on which side they stand, who may go below."""

from enum import StrEnum


class Side(StrEnum):
    """Which side of the balance sheet a kind of account belongs to."""

    OWNED = "owned"  # what the centre holds: cash, bank, money on its way
    OWED = "owed"  # what it owes: credit of households, sums due to producers, funds
    RESULT = "result"  # fees, transport, differences: what is spent or earned


SIDES: dict[str, Side] = {
    "household": Side.OWED,
    "producer": Side.OWED,
    "fund": Side.OWED,
    "membership": Side.OWED,
    "deposit": Side.OWED,
    "held": Side.OWED,
    "cash": Side.OWNED,
    "bank": Side.OWNED,
    "card_clearing": Side.OWNED,
    "refund": Side.OWNED,
    "dispute": Side.OWNED,
    "suspense": Side.OWNED,
    "opening": Side.OWNED,
    "fee": Side.RESULT,
    "transport": Side.RESULT,
    "rounding": Side.RESULT,
}
KINDS: frozenset[str] = frozenset(SIDES)


def may_overdraw(kind: str, *, first: bool) -> bool:
    """Tell whether a kind of entry may take an account below its limit.

    A limit binds whoever spends. It must not bind the truth: money a bank took back, the
    undoing of an entry made by mistake, and the balance carried over from the old books,
    which is the first line of its account or none.
    """
    return kind in ("dispute", "reversal") or (kind == "opening" and first)


def shown(kind: str, balance_cents: int) -> int:
    """Turn a balance into the figure a treasurer expects: a cash box holds, not "minus".

    In the books a positive amount is what the centre owes to the owner of the account,
    so what the centre holds itself is negative there and positive on paper.
    """
    return balance_cents if SIDES[kind] is Side.OWED else -balance_cents
