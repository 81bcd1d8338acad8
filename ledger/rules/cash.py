"""What the law says about money in the hand."""

from kit.errors import Message, Refused
from kit.sentences import euro

# Cash of 5,000 euro or more must not pass between private parties: art. 49(1) d.lgs.
# 231/2007, threshold of l. 197/2022 art. 1(384), in force since 1 January 2023.
FORBIDDEN_FROM_CENTS = 500_000
LEAST_CENTS = 1
OUTSIDE = Message(
    "L'importo è fuori dai limiti: in contanti da {minimum} a {maximum}. Da {forbidden} in su usa "
    "il bonifico.",
    minimum=euro(LEAST_CENTS),
    maximum=euro(FORBIDDEN_FROM_CENTS - 1),
    forbidden=euro(FORBIDDEN_FROM_CENTS),
)
"""What is said of every sum that may not be taken, whoever finds it."""


def check_cash(amount_cents: int) -> None:
    """Refuse a sum that is not positive or that may not be paid in cash.

    Raises Refused at the field `amount`.
    """
    if not LEAST_CENTS <= amount_cents < FORBIDDEN_FROM_CENTS:
        raise Refused(OUTSIDE, field="amount")
