"""What a quantity costs at a frozen price.

A price is whole millionths of a euro (micros) for `price_quantity` units, an amount is whole
cents: prices of 0,275 € a piece exist, coins of it do not.
"""

from kit.money import MICROS_PER_CENT


def line_amount(price_micros: int, price_quantity: int, quantity: int) -> int:
    """Price `quantity` units at `price_micros` for `price_quantity` of them, in cents.

    Rounded once, half up: 3,50 € for 1000 g and 1250 g wanted is 437.5 cents, hence 438. In
    integers only, because closing prices a hundred thousand lines at once.
    """
    whole = MICROS_PER_CENT * price_quantity
    return (2 * price_micros * quantity + whole) // (2 * whole)
