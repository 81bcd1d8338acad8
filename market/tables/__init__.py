"""Everything a purchasing centre keeps, split by noun.

Quantities are integers in the unit of the product (pieces, grams, millilitres), amounts
are integer cents, instants are UTC.
"""

from market.tables.bookings import Booking, BookingLine
from market.tables.catalogue import (
    Agreement,
    PriceList,
    PriceListImport,
    PriceListImportLine,
    Producer,
    Product,
)
from market.tables.centres import Centre, Household, PickupPoint
from market.tables.orders import GroupOrder, Offer
from market.tables.settlements import Charge, Settlement

__all__ = [
    "Agreement",
    "Booking",
    "BookingLine",
    "Centre",
    "Charge",
    "GroupOrder",
    "Household",
    "Offer",
    "PickupPoint",
    "PriceList",
    "PriceListImport",
    "PriceListImportLine",
    "Producer",
    "Product",
    "Settlement",
]
