"""The heading of an order: one reading, which others extend."""

from dataclasses import fields

import pytest

from kit.errors import NotFound
from market.group_orders import heading, opening
from market.group_orders.heading import HEADINGS, Heading


def test_it_brings_exactly_its_fields():
    assert [column.key for column in HEADINGS.selected_columns] == [f.name for f in fields(Heading)]


def test_it_names_producer_centre_and_place(session, at, order_id, statements):
    found = heading.of(session, order_id)
    assert (found.title, found.transport_cents, found.minimum_cents) == (
        "Ordine di prova",
        1001,
        10_000,
    )
    assert (found.centre, found.producer, found.producer_email) == (
        at.centre.name,
        at.producer.name,
        at.agreement.email,
    )
    assert (found.pickup_point, found.pickup_address) == (at.point.name, at.point.address)
    assert statements(lambda: heading.of(session, order_id)) == 1


def test_an_absent_order_has_none(session):
    with pytest.raises(NotFound):
        heading.of(session, 10**12)


def test_it_says_what_its_state_means_and_what_it_waits_for(session, at, order_id):
    open_ = heading.of(session, order_id)
    assert (open_.takes_bookings, open_.assigned, open_.cancelled) == (True, False, False)
    assert not open_.ordered
    opening.cancel(session, at.coordinator, order_id, "gelata", at.now)
    gone = heading.of(session, order_id)
    assert (gone.takes_bookings, gone.assigned, gone.cancelled) == (False, False, True)
    assert not gone.ordered


def test_an_order_that_was_cancelled_once_it_was_closed_had_ordered(session, at, closed_id):
    assert heading.of(session, closed_id).ordered
    opening.cancel(session, at.coordinator, closed_id, "gelata", at.now)
    gone = heading.of(session, closed_id)
    assert (gone.assigned, gone.cancelled, gone.ordered) == (False, True, True)
