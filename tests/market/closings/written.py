"""What stands in the database of a line."""

from market.tables.bookings import Booking, BookingLine
from market.tables.orders import Offer


def line(session, order_id, household, product):
    return (
        session.query(BookingLine)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Offer, Offer.id == BookingLine.offer_id)
        .filter(Booking.household_id == household.id, Offer.product_id == product.id)
        .filter(Booking.group_order_id == order_id)
        .one()
    )
