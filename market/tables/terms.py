"""What a product is and on which terms it is sold, named once.

Everything that copies, compares, corrects or writes terms goes by `TERMS`, or says in a test
which of them it leaves out and why: a new column here is a new column there.
"""

from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Big


class ProductTerms:
    """The columns that a product of a price list and its offer in an order have in common.

    The price is `price_micros` (millionths of a euro) for `price_quantity` units (3,500,000 for
    1000 g = 3,50 €/kg), VAT included. 0 switches `case_size` off; None switches `maximum` and
    `available` off.
    """

    sku: Mapped[str] = mapped_column(server_default="")
    """The producer's code as written; not unique in real lists."""
    name: Mapped[str]
    category: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")
    sold_as: Mapped[str] = mapped_column(server_default="")
    """How the list names the unit ("Vaschette", "Kg"), shown and exported again."""
    unit: Mapped[str]
    price_micros: Mapped[Big]
    price_quantity: Mapped[Big]
    vat_rate: Mapped[int] = mapped_column(server_default="0")
    """Hundredths of a percent (1000 = 10 %)."""
    case_size: Mapped[Big] = mapped_column(server_default="0")
    whole_cases: Mapped[bool] = mapped_column(server_default="false")
    step: Mapped[Big] = mapped_column(server_default="1")
    minimum: Mapped[Big] = mapped_column(server_default="0")
    maximum: Mapped[Big | None]
    available: Mapped[Big | None]
    unit_weight_g: Mapped[Big | None]
    """Weight of one piece, where the list gives it; splits transport by weight."""


TERMS: tuple[str, ...] = tuple(ProductTerms.__annotations__)
UNLISTED = {
    "whole_cases": "how a centre sells; a file never says it",
    "unit_weight_g": "a file never says it; an import reads it from the name or says that it stays",
}
"""The terms that no producer's list says, and why."""
