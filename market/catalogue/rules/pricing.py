"""What a quantity costs at a frozen price."""


def line_amount(price_cents: int, price_quantity: int, quantity: int) -> int:
    """Price `quantity` units at `price_cents` for `price_quantity` of them, in cents.

    Rounded once, half up: 350 for 1000 g and 1250 g wanted is 437.5, hence 438. In integers
    only, because closing prices a hundred thousand lines at once.
    """
    return (2 * price_cents * quantity + price_quantity) // (2 * price_quantity)
