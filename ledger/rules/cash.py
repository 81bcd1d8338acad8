"""What the law says about money in the hand."""

from kit.errors import Refused

# Cash of 5,000 euro or more must not pass between private parties: art. 49(1) d.lgs.
# 231/2007, threshold of l. 197/2022 art. 1(384), in force since 1 January 2023.
FORBIDDEN_FROM_CENTS = 500_000


def check_cash(amount_cents: int) -> None:
    """Refuse a sum that is not positive or that may not be paid in cash.

    Raises Refused at the field `amount`.
    """
    if amount_cents <= 0:
        raise Refused("Scrivi un importo maggiore di zero.", field="amount")
    if amount_cents >= FORBIDDEN_FROM_CENTS:
        raise Refused(
            "In contanti si può ricevere meno di 5.000 €: per questa somma usa il bonifico.",
            field="amount",
        )
